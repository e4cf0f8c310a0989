import * as zlib from 'node:zlib';
import { unsnappy } from './snappy.js';

/** Compressors by their number in OP_COMPRESSED. */
const Compressor = { none: 0, snappy: 1, zlib: 2, zstd: 3 } as const;

/** What came of compressed bytes: `unreadable` ones may be sound, but nothing here can read them. */
export type Uncompressed = Buffer | 'broken' | 'unreadable';

type Inflate = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

/** Node has it from 22.15 on. */
const unzstd: unknown = Reflect.get(zlib, 'zstdDecompressSync');

/** The bytes that were compressed; `length` is how many there have to be. */
export function uncompress(
  compressor: number,
  bytes: Buffer,
  start: number,
  end: number,
  length: number,
): Uncompressed {
  const packed = bytes.subarray(start, end);
  switch (compressor) {
    case Compressor.none:
      return packed.length === length ? packed : 'broken';
    case Compressor.snappy:
      return unsnappy(bytes, start, end, length) ?? 'broken';
    case Compressor.zlib:
      return inflate(zlib.inflateSync, packed, length);
    case Compressor.zstd:
      return isInflate(unzstd) ? inflate(unzstd, packed, length) : 'unreadable';
    default:
      return 'unreadable';
  }
}

function isInflate(it: unknown): it is Inflate {
  return typeof it === 'function';
}

function inflate(run: Inflate, packed: Buffer, length: number): Uncompressed {
  try {
    const bytes = run(packed, { maxOutputLength: Math.max(length, 1) });
    return bytes.length === length ? bytes : 'broken';
  } catch {
    return 'broken';
  }
}
