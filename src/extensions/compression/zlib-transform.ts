import type { Transform } from 'node:stream';
import type { ByteTransform, ByteTransformEvents } from '../../api/compression.js';

/** One of Node's zlib streams as a transform: its work is done in the thread pool. */
export class ZlibTransform implements ByteTransform {
  private readonly stream: Transform;
  private readonly events: ByteTransformEvents;

  constructor(stream: Transform, events: ByteTransformEvents) {
    this.stream = stream;
    this.events = events;
    stream.on('data', (bytes: Buffer) => events.onBytes(bytes));
    stream.on('end', () => events.onEnd());
    stream.on('error', (error: Error) => events.onError(error));
  }

  write(bytes: Buffer): void {
    this.stream.write(bytes, (error) => {
      if (!error && !this.stream.destroyed) this.events.onTaken(bytes.length);
    });
  }

  end(): void {
    this.stream.end();
  }

  destroy(): void {
    this.stream.removeAllListeners();
    // What fails while it is given up concerns nobody.
    this.stream.on('error', () => undefined);
    this.stream.destroy();
  }
}
