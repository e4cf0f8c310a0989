import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import { RequestHeaders } from '../../../../base/header-map.js';
import { Timer } from '../../../../base/timer-wheel.js';
import { AsyncClient } from '../../../../upstream/async-client.js';
import type { RemoteKeysConfig } from './config.js';
import { type Jwk, parseJwks } from './jwks.js';
import { J } from './jwt-stats.js';

/** Where a provider's keys come from. */
export interface KeySource {
  /** Gives the keys, null when there are none to be had; perhaps before it returns. */
  get(give: (keys: readonly Jwk[] | null) => void): void;
}

export function localKeys(text: string): KeySource {
  const keys = parseJwks(text);
  return { get: (give) => give(keys) };
}

const maxKeySetBytes = 1024 * 1024;
const maxWaiting = 1024;

/** Keys of another server, kept for a while; whoever asks during a fetch waits for it. */
export class RemoteKeys implements KeySource {
  private readonly config: RemoteKeysConfig;
  private readonly scope: HttpFilterContext;
  private readonly stats: BoundStats;
  private readonly client: AsyncClient;
  private readonly timer: Timer;
  private keys: readonly Jwk[] | null;
  private expiresMs: number;
  private waiting: ((keys: readonly Jwk[] | null) => void)[];
  private isFetching: boolean;

  constructor(config: RemoteKeysConfig, scope: HttpFilterContext, stats: BoundStats) {
    this.config = config;
    this.scope = scope;
    this.stats = stats;
    this.client = new AsyncClient(scope);
    this.timer = new Timer(() => this.fetch());
    this.keys = null;
    this.expiresMs = 0;
    this.waiting = [];
    this.isFetching = false;
    if (config.isEager) scope.timers.schedule(this.timer, 0);
  }

  get(give: (keys: readonly Jwk[] | null) => void): void {
    if (this.keys !== null && this.scope.clock.now() < this.expiresMs) {
      give(this.keys);
      return;
    }
    if (this.waiting.length >= maxWaiting) {
      give(null);
      return;
    }
    this.waiting.push(give);
    this.fetch();
  }

  private fetch(): void {
    if (this.isFetching) return;
    this.isFetching = true;
    const { config } = this;
    const headers = new RequestHeaders();
    headers.method = 'GET';
    headers.path = config.path;
    headers.authority = config.authority;
    headers.scheme = config.scheme;
    // What Envoy calls itself here.
    headers.add('user-agent', 'Go-browser');
    const { retryPolicy, timeoutMs } = config;
    const request = { headers, body: null, timeoutMs, limitBytes: maxKeySetBytes, retryPolicy };
    this.client.send(config.cluster, request, {
      onResponse: ({ headers: { status }, body }) =>
        this.onFetched(status === 200 ? parseJwks(body.toString()) : null),
      onFailure: () => this.onFetched(null),
    });
  }

  private onFetched(keys: readonly Jwk[] | null): void {
    const { config, scope } = this;
    this.isFetching = false;
    this.stats.inc(keys === null ? J.jwks_fetch_failed : J.jwks_fetch_success);
    if (keys !== null) {
      this.keys = keys;
      this.expiresMs = scope.clock.now() + config.cacheMs;
    }
    if (config.isEager)
      scope.timers.schedule(this.timer, keys === null ? config.failedRefetchMs : config.cacheMs);
    const { waiting } = this;
    this.waiting = [];
    for (const give of waiting) give(keys);
  }
}
