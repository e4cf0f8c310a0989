import { HeadersStatus, type HttpFilter, type HttpFilterFactory } from '../../../../api/http-filter.js';
import { type OriginalSrcConfig, parseOriginalSrc, sourceAt } from '../../../../network/original-source.js';

/** Connections to hosts come from the trusted address of the client, which `x-forwarded-for` may have told. */
export const originalSrcFilter: HttpFilterFactory<OriginalSrcConfig> = {
  name: 'envoy.filters.http.original_src',
  typeUrl: 'envoy.extensions.filters.http.original_src.v3.OriginalSrc',
  parse: parseOriginalSrc,
  build(config) {
    return ({ info }): HttpFilter => ({
      onRequestHeaders() {
        info.upstreamSource = sourceAt(info.remoteAddress, config);
        return HeadersStatus.Continue;
      },
    });
  },
};
