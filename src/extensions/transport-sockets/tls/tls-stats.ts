import { type BoundStats, type StatBlock, type StatScope, statBlock } from '../../../api/stats.js';

/** `listener.<address>.ssl` and `cluster.<name>.ssl`. */
export const T = statBlock({
  counters: [
    'connection_error',
    'fail_verify_cert_hash',
    'fail_verify_error',
    'fail_verify_no_cert',
    'fail_verify_san',
    'handshake',
    'no_certificate',
    'ocsp_staple_failed',
    'ocsp_staple_omitted',
    'ocsp_staple_requests',
    'ocsp_staple_responses',
    'session_reused',
  ],
});

/** `…server_ssl_socket_factory` and `…client_ssl_socket_factory`. */
export const F = statBlock({
  counters: [
    'downstream_context_secrets_not_ready',
    'ssl_context_update_by_sds',
    'upstream_context_secrets_not_ready',
  ],
});

/** The blocks that exist from the start, below the listener's or cluster's own prefix. */
export function sslStats(side: 'server' | 'client'): readonly (readonly [string, StatBlock])[] {
  return [
    ['ssl', T],
    [`${side}_ssl_socket_factory`, F],
  ];
}

/** The stats of the handshakes of one listener or cluster; names of ciphers and the like exist once they were seen. */
export class TlsStats {
  readonly ssl: BoundStats;
  readonly factory: BoundStats;
  private readonly scope: StatScope;
  private readonly root: string;
  private readonly seen: Map<string, { add(n: number): void }>;

  constructor(scope: StatScope, statPrefix: string, side: 'server' | 'client') {
    this.scope = scope;
    this.root = `${statPrefix}.ssl`;
    this.ssl = scope.bind(this.root, T);
    this.factory = scope.bind(`${statPrefix}.${side}_ssl_socket_factory`, F);
    this.seen = new Map();
  }

  /** One handshake more with that cipher, curve, signature algorithm or version. */
  count(kind: 'ciphers' | 'curves' | 'sigalgs' | 'versions', name: string): void {
    if (name === '') return;
    const key = `${kind}.${name}`;
    let counter = this.seen.get(key);
    if (counter === undefined) {
      counter = this.scope.counter(`${this.root}.${key}`);
      this.seen.set(key, counter);
    }
    counter.add(1);
  }
}
