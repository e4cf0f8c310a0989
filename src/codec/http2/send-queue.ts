import type { WireMeter } from '../../base/wire-meter.js';
import { defaultFrameSize, defaultWindow, frameHeadBytes, largestWindow } from './frame/frame-codes.js';
import type { FrameWriter } from './frame/frame-writer.js';

/** A stream that has data to send, as the queue sees it. */
export interface SendingStream {
  readonly id: number;
  readonly meter: WireMeter | null;
  sendWindow: number;
  /** In the list of those that wait for the connection's window. */
  isWaiting: boolean;
  /** The windows have room again. */
  sendQueued(): void;
}

/**
 * The sending side of flow control (RFC 9113 section 5.2): what may go out now, and who waits for the connection's
 * window. Those who wait take turns, so that no stream starves another.
 */
export class SendQueue {
  private readonly writer: FrameWriter;
  private waiting: SendingStream[];
  window: number;
  /** What the peer gives new streams. */
  initialStreamWindow: number;
  maxFrameSize: number;
  /** DATA frames sent, for the limit on WINDOW_UPDATE. */
  dataFrames: number;

  constructor(writer: FrameWriter) {
    this.writer = writer;
    this.waiting = [];
    this.window = defaultWindow;
    this.initialStreamWindow = defaultWindow;
    this.maxFrameSize = defaultFrameSize;
    this.dataFrames = 0;
  }

  /** How many of `bytes` the windows allow now. */
  allowance(stream: SendingStream, bytes: number): number {
    return Math.max(0, Math.min(bytes, stream.sendWindow, this.window));
  }

  /** Sends what `allowance` has granted. */
  send(stream: SendingStream, buffer: Buffer, start: number, end: number, endStream: boolean): void {
    const bytes = end - start;
    stream.sendWindow -= bytes;
    this.window -= bytes;
    const frames = this.writer.data(stream.id, buffer, start, end, endStream, this.maxFrameSize);
    this.dataFrames += frames;
    stream.meter?.onBytesSent(bytes + frames * frameHeadBytes);
  }

  /** The stream has data and its own window has room: it is called when the connection's has. */
  wait(stream: SendingStream): void {
    if (stream.isWaiting) return;
    stream.isWaiting = true;
    this.waiting.push(stream);
  }

  /** False: the window would exceed 2^31-1. */
  widen(increment: number): boolean {
    this.window += increment;
    if (this.window > largestWindow) return false;
    this.wakeAll();
    return true;
  }

  widenStream(stream: SendingStream, increment: number): boolean {
    stream.sendWindow += increment;
    if (stream.sendWindow > largestWindow) return false;
    if (increment > 0) stream.sendQueued();
    return true;
  }

  private wakeAll(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const stream of waiting) {
      stream.isWaiting = false;
      if (this.window > 0) stream.sendQueued();
      else this.wait(stream);
    }
  }
}
