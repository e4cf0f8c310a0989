import type { NetworkFilterFactory } from '../../../../api/network-filter.js';
import { ConnectionAuthorizer, NetworkAuthzFilter } from './authz-filter.js';
import { type NetworkAuthzConfig, parseNetworkAuthz } from './config.js';

/** Asks another server whether a connection may go on. */
export const networkExtAuthz: NetworkFilterFactory<NetworkAuthzConfig> = {
  name: 'envoy.filters.network.ext_authz',
  typeUrl: 'envoy.extensions.filters.network.ext_authz.v3.ExtAuthz',
  isTerminal: false,
  parse: parseNetworkAuthz,
  build(config, scope) {
    const authorizer = new ConnectionAuthorizer(config, scope);
    return (connection) => new NetworkAuthzFilter(authorizer, connection);
  },
};
