import type {
  DownstreamTransportFactory,
  UpstreamTransportFactory,
} from '../../../network/transport-socket.js';

const name = 'envoy.transport_sockets.raw_buffer';
const typeUrl = 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer';

/** The socket itself. */
export const downstreamRawBuffer: DownstreamTransportFactory = {
  name,
  typeUrl,
  parse: () => ({}),
  build: () => null,
};

export const upstreamRawBuffer: UpstreamTransportFactory = {
  name,
  typeUrl,
  parse: () => ({}),
  build: () => null,
};
