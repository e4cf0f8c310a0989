import type { HttpFilterFactory } from '../../../../api/http-filter.js';
import { Authz } from './authz.js';
import { AuthzFilter } from './authz-filter.js';
import { type ExtAuthzConfig, parseExtAuthz, parseExtAuthzRoute, type RouteAuthzConfig } from './config.js';

/** Asks another server whether a request may pass. */
export const extAuthzFilter: HttpFilterFactory<ExtAuthzConfig, RouteAuthzConfig> = {
  name: 'envoy.filters.http.ext_authz',
  typeUrl: 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
  routeTypeUrl: 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute',
  parse: parseExtAuthz,
  parseRoute: parseExtAuthzRoute,
  build(config, scope) {
    const authz = new Authz(config, scope);
    return (stream) => new AuthzFilter(stream, authz);
  },
};
