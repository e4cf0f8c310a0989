import type { ListenerFilter, ListenerFilterFactory } from '../../../../api/network-filter.js';
import { type OriginalSrcConfig, parseOriginalSrc, sourceAt } from '../../../../network/original-source.js';

/**
 * Connections to hosts come from the peer's own address. It takes the right to bind foreign addresses (CAP_NET_ADMIN) and
 * routes that bring the answers back here.
 */
export const originalSrc: ListenerFilterFactory<OriginalSrcConfig> = {
  name: 'envoy.filters.listener.original_src',
  typeUrl: 'envoy.extensions.filters.listener.original_src.v3.OriginalSrc',
  parse(node) {
    node.noEffect('bind_port', "the port is the system's choice, in Envoy too");
    return parseOriginalSrc(node);
  },
  build(config) {
    return (info): ListenerFilter => ({
      consumedBytes: 0,
      maxReadBytes: 0,
      inspect() {
        info.upstreamSource = sourceAt(info.remoteAddress, config);
        return 'continue';
      },
    });
  },
};
