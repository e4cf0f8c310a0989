import type { BoundStats } from '../../../../api/stats.js';
import { statBlock } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { RequestHeaders } from '../../../../base/header-map.js';
import { Timer } from '../../../../base/timer-wheel.js';
import { AsyncClient } from '../../../../upstream/async-client.js';
import type { ClientSslAuthConfig } from './config.js';

/** `auth.clientssl.<stat_prefix>.` */
export const P = statBlock({
  counters: [
    'auth_digest_match',
    'auth_digest_no_match',
    'auth_ip_allowlist',
    'auth_no_ssl',
    'update_failure',
    'update_success',
  ],
  gauges: ['total_principals'],
});

const listPath = '/v1/certs/list/approved';
const requestTimeoutMs = 1000;
const maxListBytes = 16 * 1024 * 1024;

/**
 * Digests of the certificates that may come in, asked for again and again; empty until the first answer. What came last
 * stays when the server fails. Each worker asks for itself, and the first of them counts what there is.
 */
export class PrincipalList {
  private readonly config: ClientSslAuthConfig;
  private readonly scope: ThreadScope;
  private readonly stats: BoundStats;
  private readonly client: AsyncClient;
  private readonly timer: Timer;
  private digests: ReadonlySet<string>;

  constructor(config: ClientSslAuthConfig, scope: ThreadScope, stats: BoundStats) {
    this.config = config;
    this.scope = scope;
    this.stats = stats;
    this.client = new AsyncClient(scope);
    this.timer = new Timer(() => this.refresh());
    this.digests = new Set();
    scope.timers.schedule(this.timer, 0);
  }

  has(digest: string): boolean {
    return this.digests.has(digest);
  }

  private refresh(): void {
    const { cluster } = this.config;
    const headers = new RequestHeaders();
    headers.method = 'GET';
    headers.path = listPath;
    headers.authority = cluster;
    headers.scheme = 'http';
    const request = { headers, body: null, timeoutMs: requestTimeoutMs, limitBytes: maxListBytes };
    this.client.send(cluster, request, {
      onResponse: ({ headers: { status }, body }) =>
        this.onAnswer(status === 200 ? readPrincipals(body.toString()) : null),
      onFailure: () => this.onAnswer(null),
    });
  }

  private onAnswer(digests: ReadonlySet<string> | null): void {
    const { stats, scope, config } = this;
    stats.inc(digests === null ? P.update_failure : P.update_success);
    if (digests !== null) {
      if (scope.threadIndex === 1) stats.add(P.total_principals, digests.size - this.digests.size);
      this.digests = digests;
    }
    const jitterMs = scope.random.below(Math.max(1, Math.floor(config.refreshMs)));
    scope.timers.schedule(this.timer, config.refreshMs + jitterMs);
  }
}

/** Null when the text is no list. */
export function readPrincipals(text: string): ReadonlySet<string> | null {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return null;
  }
  const certificates = memberOf(list, 'certificates');
  if (!Array.isArray(certificates)) return null;
  const digests = new Set<string>();
  for (const certificate of certificates as readonly unknown[]) {
    const digest = memberOf(certificate, 'fingerprint_sha256');
    if (typeof digest !== 'string') return null;
    digests.add(digest.toLowerCase());
  }
  return digests;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
