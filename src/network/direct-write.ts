import type { Socket } from 'node:net';
import { HandleSocket } from './handle-socket.js';
import { type Libuv, libuv, type StreamHandle, systemErrorName, type WriteRequest } from './libuv.js';

/** Node's own reading on a handle, as it is while a socket has it. */
interface ReadingHandle extends StreamHandle {
  reading: boolean;
}

/** Who is told of a write that the kernel did not take at once. */
export interface DirectOwner {
  /** An error's name, or an empty string when everything is on its way. */
  onDirectDone(error: string): void;
  /** Bytes are in the buffer that the socket was made with; answers whether it wants more now. */
  onRead(length: number): boolean;
}

/** How a direct write went: all taken, on its way (the callback tells), or an error's name (`EPIPE`). */
export type DirectResult = 'done' | 'pending' | string;

/**
 * Writes text on a socket's handle, and reads from it, without the stream machinery in between. For writes it cost 0.7 µs of
 * user time a small request when it was taken out (native-bench, row `small`, measures the whole). Only for sockets whose
 * own queue is empty, so that order holds; where this Node lacks the names, `probe` answers null and sockets write.
 */
export class DirectWriter {
  private readonly libuv: Libuv;
  private spare: WriteRequest;

  private constructor(known: Libuv) {
    this.libuv = known;
    this.spare = new known.Write();
  }

  static probe(): DirectWriter | null {
    const known = libuv();
    return known === null ? null : new DirectWriter(known);
  }

  /**
   * Lets bytes that arrive from now on reach the owner without the socket in between; ends and errors still go its
   * way. The socket must have been made with `onread`.
   */
  readTo(handle: StreamHandle, owner: DirectOwner): void {
    if (!isReadingHandle(handle)) return;
    const { streamState, readBytes } = this.libuv;
    const { onread } = handle;
    handle.onread = (...bytes: readonly unknown[]) => {
      const length = streamState[readBytes] as number;
      if (length <= 0) return Reflect.apply(onread, handle, bytes);
      if (!owner.onRead(length) && handle.reading) {
        handle.reading = false;
        handle.readStop();
      }
      return undefined;
    };
  }

  /** The owner is told once after `pending`. */
  write(handle: StreamHandle, text: string, owner: DirectOwner): DirectResult {
    const request = this.spare;
    const status = handle.writeLatin1String(request, text);
    if (status !== 0) return systemErrorName(status);
    if (this.libuv.streamState[this.libuv.wasAsync] === 0) return 'done';
    this.spare = new this.libuv.Write();
    // The request keeps the handle until libuv is done with both.
    request.held = handle;
    request.oncomplete = (result) => {
      request.held = null;
      owner.onDirectDone(result < 0 ? systemErrorName(result) : '');
    };
    return 'pending';
  }
}

/** A TCP or Unix socket that reads into a buffer of ours; what reads for TLS has its own ways. */
function isReadingHandle(value: StreamHandle): value is ReadingHandle {
  return 'open' in value && 'readStop' in value && 'onread' in value && typeof value.onread === 'function';
}

/** The handle of a connected socket; null when it has none that takes direct writes. */
export function handleOf(socket: Socket | HandleSocket): StreamHandle | null {
  if (socket instanceof HandleSocket) return socket.destroyed ? null : socket.handle;
  const handle: unknown = Reflect.get(socket, '_handle');
  return isStreamHandle(handle) ? handle : null;
}

function isStreamHandle(value: unknown): value is StreamHandle {
  return typeof value === 'object' && value !== null && 'writeLatin1String' in value;
}
