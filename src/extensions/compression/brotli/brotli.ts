import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import type { CompressionLibrary } from '../../../api/compression.js';
import { ZlibTransform } from '../zlib-transform.js';
import { type BrotliConfig, parseBrotli, parseUnbrotli, type UnbrotliConfig } from './config.js';

const modes: { readonly [name in BrotliConfig['mode']]: number } = {
  GENERIC: constants.BROTLI_MODE_GENERIC,
  TEXT: constants.BROTLI_MODE_TEXT,
  FONT: constants.BROTLI_MODE_FONT,
};

export const brotliCompressor: CompressionLibrary<BrotliConfig> = {
  name: 'envoy.compression.brotli.compressor',
  typeUrl: 'envoy.extensions.compression.brotli.compressor.v3.Brotli',
  encoding: 'br',
  parse: parseBrotli,
  build(config) {
    const options = {
      chunkSize: config.chunkBytes,
      flush: constants.BROTLI_OPERATION_FLUSH,
      params: {
        [constants.BROTLI_PARAM_QUALITY]: config.quality,
        [constants.BROTLI_PARAM_MODE]: modes[config.mode],
        [constants.BROTLI_PARAM_LGWIN]: config.windowBits,
        [constants.BROTLI_PARAM_LGBLOCK]: config.inputBlockBits,
        [constants.BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING]: config.disablesLiteralContexts ? 1 : 0,
      },
    };
    return { maxInflateRatio: 0, make: (events) => new ZlibTransform(createBrotliCompress(options), events) };
  },
};

export const brotliDecompressor: CompressionLibrary<UnbrotliConfig> = {
  name: 'envoy.compression.brotli.decompressor',
  typeUrl: 'envoy.extensions.compression.brotli.decompressor.v3.Brotli',
  encoding: 'br',
  parse: parseUnbrotli,
  build({ chunkBytes, disablesRingBufferReallocation }) {
    const options = {
      chunkSize: chunkBytes,
      flush: constants.BROTLI_OPERATION_FLUSH,
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
      params: {
        [constants.BROTLI_DECODER_PARAM_DISABLE_RING_BUFFER_REALLOCATION]: disablesRingBufferReallocation
          ? 1
          : 0,
      },
    };
    return {
      maxInflateRatio: 100,
      make: (events) => new ZlibTransform(createBrotliDecompress(options), events),
    };
  },
};
