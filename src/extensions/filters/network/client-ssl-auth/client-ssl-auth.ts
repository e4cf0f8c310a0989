import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import type { CidrRange } from '../../../../base/cidr.js';
import { buildIpRange, isInRange } from '../../../../match/ip-range.js';
import { type ClientSslAuthConfig, parseClientSslAuth } from './config.js';
import { P, PrincipalList } from './principal-list.js';

/** Lets in whose certificate is on a list that another server has. */
export const clientSslAuth: NetworkFilterFactory<ClientSslAuthConfig> = {
  name: 'envoy.filters.network.client_ssl_auth',
  typeUrl: 'envoy.extensions.filters.network.client_ssl_auth.v3.ClientSSLAuth',
  isTerminal: false,
  parse: parseClientSslAuth,
  build(config, scope) {
    const guard = new CertificateGuard(config, scope);
    return (connection) => new ClientSslAuthFilter(guard, connection);
  },
};

class CertificateGuard {
  private readonly stats: BoundStats;
  private readonly list: PrincipalList;
  private readonly allowed: readonly CidrRange[];

  constructor(config: ClientSslAuthConfig, scope: ThreadScope) {
    this.stats = scope.stats.bind(`auth.clientssl.${config.statPrefix}`, P);
    this.list = new PrincipalList(config, scope, this.stats);
    this.allowed = config.allowed.map(buildIpRange);
  }

  /** Filters meet a connection behind its handshake. */
  admits({ info }: ConnectionControl): boolean {
    const { stats } = this;
    if (info.tls === null) {
      stats.inc(P.auth_no_ssl);
      return true;
    }
    if (this.allowed.some((range) => isInRange(range, info.remoteAddress))) {
      stats.inc(P.auth_ip_allowlist);
      return true;
    }
    const isListed = this.list.has(info.tls.peer?.sha256 ?? '');
    stats.inc(isListed ? P.auth_digest_match : P.auth_digest_no_match);
    return isListed;
  }
}

class ClientSslAuthFilter implements NetworkFilter {
  private readonly guard: CertificateGuard;
  private readonly control: ConnectionControl;

  constructor(guard: CertificateGuard, control: ConnectionControl) {
    this.guard = guard;
    this.control = control;
  }

  onNewConnection(): NetworkStatus {
    if (this.guard.admits(this.control)) return NetworkStatus.Continue;
    this.control.close('no-flush', 'auth_digest_no_match');
    return NetworkStatus.Stop;
  }
}
