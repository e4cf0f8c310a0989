import { type OnReadOpts, Socket } from 'node:net';

/** Writes that one end takes from the other before everybody else has a turn. */
const writesPerTurn = 16;

type Taken = (error?: Error | null) => void;

/**
 * One end of a connection that never leaves its thread. What one end writes stays in the writer's queue until the other
 * end has read it, so that a reader that pauses is felt by the writer's watermarks, and no buffer lies between the two.
 * Bytes arrive in a turn of their own, never from within the write. Ends like a TCP socket: FIN behind the last byte,
 * EPIPE for who goes on writing to an end that is gone; nothing is reset. An end that has read everything closes with the
 * other one.
 */
export class InternalSocket extends Socket {
  /** Bytes that the other end has read. */
  takenBytes: number;
  private other: InternalSocket | null;
  /** Null: bytes go through the stream, as those who wrap sockets want them. */
  private reads: OnReadOpts | null;
  private waiting: Uint8Array | null;
  private waitingFrom: number;
  private onTaken: Taken | null;
  private sawEnd: boolean;
  private toldEnd: boolean;
  private isWanted: boolean;
  private isScheduled: boolean;

  private constructor(reads: OnReadOpts | null) {
    super({ allowHalfOpen: true, readable: true, writable: true });
    this.takenBytes = 0;
    this.other = null;
    this.reads = reads;
    this.waiting = null;
    this.waitingFrom = 0;
    this.onTaken = null;
    this.sawEnd = false;
    this.toldEnd = false;
    this.isWanted = false;
    this.isScheduled = false;
    // One write after the other: a socket would hand all of them to the handle that this one does not have.
    Reflect.set(this, '_writev', null);
  }

  /** Both ends; the first is on its way and tells by `connect`, the second stands and reads nothing yet. */
  static pair(near: OnReadOpts | null, far: OnReadOpts): readonly [InternalSocket, InternalSocket] {
    const client = new InternalSocket(near);
    const server = new InternalSocket(far);
    client.other = server;
    server.other = client;
    setImmediate(() => client.onConnected());
    return [client, server];
  }

  /** From now on bytes come as events of the stream. */
  readAsStream(): void {
    this.reads = null;
    this.isWanted = false;
  }

  override pause(): this {
    if (this.reads !== null) this.isWanted = false;
    return super.pause();
  }

  override resume(): this {
    this.want();
    return super.resume();
  }

  override _read(): void {
    this.want();
  }

  override _write(chunk: unknown, encoding: BufferEncoding, taken: Taken): void {
    const { other } = this;
    const bytes = bytesOf(chunk, encoding);
    if (other === null) taken(Object.assign(new Error('the other end is gone'), { code: 'EPIPE' }));
    else if (bytes.length === 0) taken();
    else other.offer(bytes, taken);
  }

  override _final(done: Taken): void {
    this.other?.onOtherEnded();
    done();
  }

  override _destroy(error: Error | null, done: Taken): void {
    const { other, onTaken } = this;
    this.other = null;
    this.waiting = null;
    this.onTaken = null;
    if (other !== null) {
      other.other = null;
      other.onOtherEnded();
      other.closeBehindOther();
    }
    // As a kernel does: what nobody will read counts as taken.
    onTaken?.();
    // A kernel tells of an orderly close a turn later: so do these, for sockets of both kinds to close in one order.
    if (this.toldEnd && this.writableFinished) setImmediate(() => super._destroy(error, done));
    else super._destroy(error, done);
  }

  private offer(bytes: Uint8Array, taken: Taken): void {
    this.waiting = bytes;
    this.waitingFrom = 0;
    this.onTaken = taken;
    this.schedule();
  }

  private onOtherEnded(): void {
    this.sawEnd = true;
    this.schedule();
  }

  private onConnected(): void {
    if (this.destroyed) return;
    if (this.other === null) {
      this.destroy(Object.assign(new Error('the other end is gone'), { code: 'EINVAL' }));
      return;
    }
    this.emit('connect');
    if (this.destroyed || this.isPaused()) return;
    if (this.reads !== null) this.want();
    this.read(0);
  }

  private want(): void {
    this.isWanted = true;
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled || !this.isWanted || this.destroyed) return;
    if (this.waiting === null && (!this.sawEnd || this.toldEnd)) return;
    this.isScheduled = true;
    setImmediate(() => this.deliver());
  }

  private deliver(): void {
    this.isScheduled = false;
    for (let writes = 0; writes < writesPerTurn && this.waiting !== null && this.isWanted; writes++)
      this.deliverWrite(this.waiting);
    if (this.destroyed) return;
    if (this.waiting === null && this.sawEnd && this.isWanted && !this.toldEnd) {
      this.toldEnd = true;
      this.push(null);
      this.read(0);
      this.closeBehindOther();
    }
    this.schedule();
  }

  /** Nobody takes what this end may still say. */
  private closeBehindOther(): void {
    if (this.other === null && this.toldEnd) process.nextTick(() => this.destroy());
  }

  private deliverWrite(bytes: Uint8Array): void {
    while (this.waitingFrom < bytes.length && this.isWanted) this.deliverPart(bytes);
    // The reader may have closed this end meanwhile.
    const { onTaken } = this;
    if (onTaken === null || this.waitingFrom < bytes.length) return;
    this.waiting = null;
    this.onTaken = null;
    if (this.other !== null) this.other.takenBytes += bytes.length;
    onTaken();
  }

  private deliverPart(bytes: Uint8Array): void {
    const { reads } = this;
    if (reads === null) {
      const rest = Buffer.from(bytes.subarray(this.waitingFrom));
      this.waitingFrom = bytes.length;
      this.isWanted = this.push(rest);
      return;
    }
    const buffer = typeof reads.buffer === 'function' ? reads.buffer() : reads.buffer;
    const part = bytes.subarray(this.waitingFrom, this.waitingFrom + buffer.length);
    buffer.set(part);
    this.waitingFrom += part.length;
    if (!reads.callback(part.length, buffer)) this.isWanted = false;
    if (this.destroyed) this.waitingFrom = bytes.length;
  }
}

function bytesOf(chunk: unknown, encoding: BufferEncoding): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding);
  return chunk instanceof Uint8Array ? chunk : noBytes;
}

const noBytes = new Uint8Array(0);
