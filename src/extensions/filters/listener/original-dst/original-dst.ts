import type { ListenerFilter, ListenerFilterFactory } from '../../../../api/network-filter.js';
import { socketCalls } from '../../../../network/socket-calls.js';

/** `envoy.extensions.filters.listener.original_dst.v3.OriginalDst` has no fields. */
export type OriginalDstConfig = Readonly<Record<string, never>>;

/** Restores the address that a redirected peer wanted (`iptables -j REDIRECT`, or TPROXY). */
export const originalDst: ListenerFilterFactory<OriginalDstConfig> = {
  name: 'envoy.filters.listener.original_dst',
  typeUrl: 'envoy.extensions.filters.listener.original_dst.v3.OriginalDst',
  parse(node) {
    if (socketCalls() === null) node.error('original_dst needs koffi, which cannot load here');
    return {};
  },
  build() {
    return (info, socket): ListenerFilter => ({
      consumedBytes: 0,
      maxReadBytes: 0,
      inspect() {
        const wanted = socket.originalDestination();
        if (wanted !== null) {
          info.localAddress = wanted;
          info.isLocalRestored = true;
        }
        return 'continue';
      },
    });
  },
};
