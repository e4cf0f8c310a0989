import type { Extension } from '../../../../api/extension.js';

/** Ends every chain of attempts' filters. Nothing is made of it: behind the filters is the attempt itself. */
export const upstreamCodec: Extension<null> = {
  name: 'envoy.filters.http.upstream_codec',
  typeUrl: 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec',
  parse: () => null,
};
