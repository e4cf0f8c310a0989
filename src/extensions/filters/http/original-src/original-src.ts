import { HeadersStatus, type HttpFilter, type HttpFilterFactory } from '../../../../api/http-filter.js';
import { socketCalls } from '../../../../network/socket-calls.js';

/** `envoy.extensions.filters.http.original_src.v3.OriginalSrc`. */
export type OriginalSrcConfig = {
  /** Of packets to hosts; 0 = none. */
  readonly mark: number;
};

/** Connections to hosts come from the trusted address of the client, which `x-forwarded-for` may have told. */
export const originalSrcFilter: HttpFilterFactory<OriginalSrcConfig> = {
  name: 'envoy.filters.http.original_src',
  typeUrl: 'envoy.extensions.filters.http.original_src.v3.OriginalSrc',
  parse(node) {
    if (socketCalls() === null) node.error('original_src needs koffi, which cannot load here');
    return { mark: node.number('mark', 0) };
  },
  build({ mark }) {
    return ({ info }): HttpFilter => ({
      onRequestHeaders() {
        const { isIp, ip } = info.remoteAddress;
        if (isIp) info.upstreamSource = { ip, mark };
        return HeadersStatus.Continue;
      },
    });
  },
};
