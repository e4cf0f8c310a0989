import { constants, createGunzip, createGzip } from 'node:zlib';
import type { CompressionLibrary } from '../../../api/compression.js';
import { ZlibTransform } from '../zlib-transform.js';
import { type GunzipConfig, type GzipConfig, parseGunzip, parseGzip } from './config.js';

const strategies: { readonly [name in GzipConfig['strategy']]: number } = {
  DEFAULT_STRATEGY: constants.Z_DEFAULT_STRATEGY,
  FILTERED: constants.Z_FILTERED,
  HUFFMAN_ONLY: constants.Z_HUFFMAN_ONLY,
  RLE: constants.Z_RLE,
  FIXED: constants.Z_FIXED,
};

export const gzipCompressor: CompressionLibrary<GzipConfig> = {
  name: 'envoy.compression.gzip.compressor',
  typeUrl: 'envoy.extensions.compression.gzip.compressor.v3.Gzip',
  encoding: 'gzip',
  parse: parseGzip,
  build({ memoryLevel, level, strategy, windowBits, chunkBytes }) {
    const options = {
      memLevel: memoryLevel,
      level,
      strategy: strategies[strategy],
      windowBits,
      chunkSize: chunkBytes,
      flush: constants.Z_SYNC_FLUSH,
    };
    return { maxInflateRatio: 0, make: (events) => new ZlibTransform(createGzip(options), events) };
  },
};

export const gzipDecompressor: CompressionLibrary<GunzipConfig> = {
  name: 'envoy.compression.gzip.decompressor',
  typeUrl: 'envoy.extensions.compression.gzip.decompressor.v3.Gzip',
  encoding: 'gzip',
  parse: parseGunzip,
  build({ windowBits, chunkBytes, maxInflateRatio }) {
    const options = {
      windowBits,
      chunkSize: chunkBytes,
      flush: constants.Z_SYNC_FLUSH,
      // A body that ends early gives what it has.
      finishFlush: constants.Z_SYNC_FLUSH,
    };
    return { maxInflateRatio, make: (events) => new ZlibTransform(createGunzip(options), events) };
  },
};
