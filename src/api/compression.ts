import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';

/** What becomes of bytes that were given to a `ByteTransform`; never called within `write` or `end`. */
export interface ByteTransformEvents {
  /** Bytes that came out; the receiver owns them. */
  onBytes(bytes: Buffer): void;
  /** So many of the bytes that were written have been worked on. */
  onTaken(count: number): void;
  /** Everything has come out. */
  onEnd(): void;
  /** The bytes cannot be what they should be; nothing follows. */
  onError(error: Error): void;
}

/** Compresses or decompresses one body, off the event loop. */
export interface ByteTransform {
  /** What comes of these bytes comes without waiting for more. The buffer is the transform's from here on. */
  write(bytes: Buffer): void;
  end(): void;
  /** Gives everything up; no event follows. */
  destroy(): void;
}

/** A way to compress, or to decompress: the extensions of kinds `compressor` and `decompressor`. */
export interface CompressionLibrary<C extends Plain = Plain> extends Extension<C> {
  /** Token of `content-encoding` and `accept-encoding`, `gzip`; part of stat names as well. */
  readonly encoding: string;
  build(config: C): CompressionMaker;
}

export interface CompressionMaker {
  /** How many times as many bytes may come out as went in; 0 for no limit. */
  readonly maxInflateRatio: number;
  make(events: ByteTransformEvents): ByteTransform;
}
