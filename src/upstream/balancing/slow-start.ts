import type { ThreadScope } from '../../api/thread-scope.js';
import type { Host } from '../../api/upstream.js';
import type { SlowStartConfig } from './policy-config.js';

/** Scales the weights of hosts that have begun to serve a moment ago, from a minimum up to the whole over a window. */
export class SlowStart {
  private readonly config: SlowStartConfig;
  private readonly scope: ThreadScope;
  private readonly exponent: number;

  constructor(config: SlowStartConfig, scope: ThreadScope) {
    this.config = config;
    this.scope = scope;
    const { aggression, aggressionKey } = config;
    const wanted = aggressionKey === '' ? aggression : scope.runtime.double(aggressionKey, aggression);
    this.exponent = wanted > 0 ? 1 / wanted : 1;
  }

  isStarting(host: Host): boolean {
    return this.elapsedMs(host) < this.config.windowMs;
  }

  /** What the host's weight is multiplied with now: 1 outside the window. */
  factor(host: Host): number {
    const { windowMs, minimum } = this.config;
    const elapsed = this.elapsedMs(host);
    if (elapsed >= windowMs) return 1;
    const share = Math.max(1, elapsed) / windowMs;
    return Math.max(minimum, this.exponent === 1 ? share : share ** this.exponent);
  }

  private elapsedMs(host: Host): number {
    return this.scope.shared.nowMs() - host.servesSinceMs;
  }
}
