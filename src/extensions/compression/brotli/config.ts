import type { ConfigNode } from '../../../api/config-node.js';

/** `envoy.extensions.compression.brotli.compressor.v3.Brotli`. */
export type BrotliConfig = {
  readonly quality: number;
  readonly mode: 'GENERIC' | 'TEXT' | 'FONT';
  readonly windowBits: number;
  readonly inputBlockBits: number;
  readonly chunkBytes: number;
  readonly disablesLiteralContexts: boolean;
};

/** `envoy.extensions.compression.brotli.decompressor.v3.Brotli`. */
export type UnbrotliConfig = {
  readonly chunkBytes: number;
  readonly disablesRingBufferReallocation: boolean;
};

const defaultChunkBytes = 4096;

export function parseBrotli(node: ConfigNode): BrotliConfig {
  const mode = node.enum('encoder_mode');
  return {
    quality: node.number('quality', 3),
    mode: mode === 'TEXT' || mode === 'FONT' ? mode : 'GENERIC',
    windowBits: node.number('window_bits', 18),
    inputBlockBits: node.number('input_block_bits', 24),
    chunkBytes: node.number('chunk_size', defaultChunkBytes),
    disablesLiteralContexts: node.bool('disable_literal_context_modeling'),
  };
}

export function parseUnbrotli(node: ConfigNode): UnbrotliConfig {
  return {
    chunkBytes: node.number('chunk_size', defaultChunkBytes),
    disablesRingBufferReallocation: node.bool('disable_ring_buffer_reallocation'),
  };
}
