import type { HttpFilterFactory } from '../../../../api/http-filter.js';

/** Would remember which upstreams offer HTTP/3; there is none here, so every response passes. */
export const alternateProtocolsCacheFilter: HttpFilterFactory<null> = {
  name: 'envoy.filters.http.alternate_protocols_cache',
  typeUrl: 'envoy.extensions.filters.http.alternate_protocols_cache.v3.FilterConfig',
  parse(node) {
    node.noEffect('alternate_protocols_cache_options', 'there is no HTTP/3 to upstreams');
    return null;
  },
  build: () => () => passing,
};

const passing = {};
