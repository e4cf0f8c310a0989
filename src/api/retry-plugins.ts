import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';
import type { Host } from './upstream.js';

/** Refuses hosts for a retry; the balancer is then asked again, a few times. */
export interface RetryHostPredicate<C extends Plain = Plain> extends Extension<C> {
  /** `tried`: the hosts of the attempts before, in order; never none. */
  refuses(config: C, host: Host, tried: readonly Host[]): boolean;
}

/** Shifts retries to other priority levels. */
export interface RetryPriority<C extends Plain = Plain> extends Extension<C> {
  /** Levels to leave out after these attempts; null for none. */
  excludedLevels(
    config: C,
    tried: readonly Host[],
    canServe: (level: number) => boolean,
    levelOf?: (host: Host) => number,
  ): ReadonlySet<number> | null;
}

export function isRetryHostPredicate(extension: Extension): extension is RetryHostPredicate {
  return 'refuses' in extension;
}

export function isRetryPriority(extension: Extension): extension is RetryPriority {
  return 'excludedLevels' in extension;
}
