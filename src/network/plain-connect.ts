import { connect, type Socket, type SocketConnectOpts } from 'node:net';
import type { UpstreamReads } from './transport-socket.js';

/** A socket to `target` whose bytes go to `reads` as they come; `carrier` is one that is on its way already. */
export function connectPlain(target: SocketConnectOpts, reads: UpstreamReads, carrier?: Socket): Socket {
  if (carrier !== undefined) {
    carrier.on('data', (bytes: Buffer) => passOn(bytes, reads));
    return carrier;
  }
  const onread = { buffer: reads.buffer, callback: (length: number) => reads.onRead(length) };
  return connect({ ...target, allowHalfOpen: true, onread });
}

/** Reads of a socket that came without the shared buffer. */
function passOn(bytes: Buffer, reads: UpstreamReads): void {
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.copy(reads.buffer, 0, at);
    reads.onRead(length);
    at += length;
  }
}
