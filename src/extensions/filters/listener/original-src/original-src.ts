import type { ListenerFilter, ListenerFilterFactory } from '../../../../api/network-filter.js';
import { socketCalls } from '../../../../network/socket-calls.js';

/** `envoy.extensions.filters.listener.original_src.v3.OriginalSrc`. */
export type OriginalSrcConfig = {
  /** Of packets to hosts; 0 = none. */
  readonly mark: number;
};

/**
 * Connections to hosts come from the peer's own address, if it is an IP one, and a port that the machine chooses. It
 * takes the right to bind foreign addresses (CAP_NET_ADMIN) and routes that bring the answers back here.
 */
export const originalSrc: ListenerFilterFactory<OriginalSrcConfig> = {
  name: 'envoy.filters.listener.original_src',
  typeUrl: 'envoy.extensions.filters.listener.original_src.v3.OriginalSrc',
  parse(node) {
    if (socketCalls() === null) node.error('original_src needs koffi, which cannot load here');
    node.noEffect('bind_port', "the port is the system's choice, in Envoy too");
    return { mark: node.number('mark', 0) };
  },
  build({ mark }) {
    return (info): ListenerFilter => ({
      consumedBytes: 0,
      maxReadBytes: 0,
      inspect() {
        const { isIp, ip } = info.remoteAddress;
        if (isIp) info.upstreamSource = { ip, mark };
        return 'continue';
      },
    });
  },
};
