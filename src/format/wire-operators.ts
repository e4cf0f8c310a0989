import type { LogContext, StreamInfo } from '../api/stream-info.js';
import type { WireMeter } from '../base/wire-meter.js';
import { bareNumber, type Operator, type OperatorTable } from './field.js';

type Side = 'downstreamWire' | 'upstreamWire';
type Count = (meter: WireMeter) => number;

/** A stream that nobody counted, or that never came to the upstream, has exchanged nothing. */
function operator(side: Side, name: string, count: Count): Operator {
  return bareNumber(({ info }: LogContext) => {
    const meter = info[side];
    if (meter !== null) return count(meter.live ?? meter);
    return info.protocol === '' ? ofConnection(info, side, name) : 0;
  });
}

/** TCP: what came from one side went to the other. */
function ofConnection(info: StreamInfo, side: Side, name: string): number {
  if (!name.startsWith('WIRE_')) return 0;
  if (side === 'upstreamWire' && info.upstreamConnectionId === 0) return 0;
  const isFromClient = (side === 'downstreamWire') === name.endsWith('RECEIVED');
  return isFromClient ? info.bytesReceived : info.bytesSent;
}

const counts: { readonly [name: string]: Count } = {
  WIRE_BYTES_RECEIVED: ({ received }) => received,
  WIRE_BYTES_SENT: ({ sent }) => sent,
  HEADER_BYTES_RECEIVED: ({ headersReceived }) => headersReceived,
  HEADER_BYTES_SENT: ({ headersSent }) => headersSent,
  DECOMPRESSED_HEADER_BYTES_RECEIVED: ({ decompressedReceived }) => decompressedReceived,
  DECOMPRESSED_HEADER_BYTES_SENT: ({ decompressedSent }) => decompressedSent,
};

/** Bytes on the wire, of the client's stream and of the attempts upstream together. */
export const wireOperators: OperatorTable = Object.fromEntries(
  Object.entries(counts).flatMap(([name, count]) => [
    [`DOWNSTREAM_${name}`, operator('downstreamWire', name, count)],
    [`UPSTREAM_${name}`, operator('upstreamWire', name, count)],
  ]),
);

/** Whether some format in this configuration prints what codecs count only for that. */
export function printsWireBytes(config: unknown): boolean {
  return /STREAM_(WIRE|HEADER|DECOMPRESSED_HEADER)_BYTES_/.test(JSON.stringify(config));
}
