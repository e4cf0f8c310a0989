import type { Socket } from 'node:net';
import type { Address } from '../api/stream-info.js';
import { type AcceptedHandle, acceptedSocket } from './accepted-handle.js';
import { ipAddress } from './address.js';
import { HandleSocket } from './handle-socket.js';
import { clientType, type Endpoint, isTcp, type Libuv, libuv, type StreamHandle } from './libuv.js';
import { ReadLink } from './read-link.js';

/** Where the bytes of a socket with streams go. */
export interface StreamedSocket {
  readonly socket: Socket;
  readonly link: ReadLink;
}

/**
 * A connection that a listener has accepted and nobody reads yet. What wraps or inspects it gets a socket with Node's
 * streams; a connection that goes to its filters as it is does without.
 */
export class Incoming {
  private readonly handle: StreamHandle | null;
  private readonly readBuffer: Buffer;
  private streamed: StreamedSocket | null;
  private bare: HandleSocket | null;

  private constructor(handle: StreamHandle | null, streamed: StreamedSocket | null, readBuffer: Buffer) {
    this.handle = handle;
    this.streamed = streamed;
    this.readBuffer = readBuffer;
    this.bare = null;
  }

  /** A descriptor, or what libuv accepted in this thread. Throws when the descriptor is none. */
  static accepted(from: AcceptedHandle | number, isPipe: boolean, readBuffer: Buffer): Incoming {
    const known = libuv();
    if (known === null) return new Incoming(null, streamed(from, readBuffer), readBuffer);
    const handle = typeof from === 'number' ? opened(known, from, isPipe) : (from as StreamHandle);
    return new Incoming(handle, null, readBuffer);
  }

  /** One that somebody has streamed already. */
  static streamed(streamed: StreamedSocket): Incoming {
    return new Incoming(null, streamed, noBytes);
  }

  get localAddress(): Address {
    const { handle } = this;
    if (handle === null) return addressOf(this.stream().socket, 'local');
    const endpoint: Endpoint = {};
    if (isTcp(handle)) handle.getsockname(endpoint);
    return ipAddress(endpoint.address ?? '', endpoint.port ?? 0);
  }

  get remoteAddress(): Address {
    const { handle } = this;
    if (handle === null) return addressOf(this.stream().socket, 'remote');
    const endpoint: Endpoint = {};
    if (isTcp(handle)) handle.getpeername(endpoint);
    return ipAddress(endpoint.address ?? '', endpoint.port ?? 0);
  }

  /** With Node's streams, paused; from now on that is what it is. */
  stream(): StreamedSocket {
    this.streamed ??= streamed(this.handle as StreamHandle, this.readBuffer);
    return this.streamed;
  }

  /** As it is, paused, unless streams were wanted before. */
  plain(limitBytes: number): Socket | HandleSocket {
    if (this.streamed !== null) return this.streamed.socket;
    this.bare ??= new HandleSocket(this.handle as StreamHandle, partOf(this.readBuffer, limitBytes));
    return this.bare;
  }

  /** Where reads of the socket with streams go; null for the plain one, whose connection reads for itself. */
  get link(): ReadLink | null {
    return this.streamed?.link ?? null;
  }

  /** Turns the peer away; how it takes it does not matter. */
  refuse(): void {
    this.streamed?.socket.on('error', () => undefined);
    this.destroy();
  }

  destroy(): void {
    if (this.streamed !== null) this.streamed.socket.destroy();
    else if (this.bare !== null) this.bare.destroy();
    else this.handle?.close();
  }
}

/** No connection reads less at a time: small limits would only make it read more often. */
const leastReadBytes = 16_384;

/** What a connection with such a buffer limit may read at a time. */
export function partOf(readBuffer: Buffer, limitBytes: number): Buffer {
  const length = Math.max(limitBytes, leastReadBytes);
  return limitBytes === 0 || length >= readBuffer.length ? readBuffer : readBuffer.subarray(0, length);
}

const noBytes = Buffer.alloc(0);

function opened({ Tcp, Pipe }: Libuv, fd: number, isPipe: boolean): StreamHandle {
  const handle = isPipe ? new Pipe(clientType) : new Tcp(clientType);
  const status = handle.open(fd);
  if (status === 0) return handle;
  handle.close();
  throw new Error(`descriptor ${fd}: ${status}`);
}

function streamed(from: AcceptedHandle | number, readBuffer: Buffer): StreamedSocket {
  const link = new ReadLink();
  const onread = { buffer: readBuffer, callback: (length: number) => link.onRead(length) };
  return { socket: acceptedSocket(from, onread), link };
}

function addressOf(socket: Socket, side: 'local' | 'remote'): Address {
  return side === 'local'
    ? ipAddress(socket.localAddress ?? '', socket.localPort ?? 0)
    : ipAddress(socket.remoteAddress ?? '', socket.remotePort ?? 0);
}
