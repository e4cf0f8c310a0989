import type { ConfigNode } from '../../../api/config-node.js';

/** `envoy.extensions.compression.gzip.compressor.v3.Gzip`. */
export type GzipConfig = {
  readonly memoryLevel: number;
  /** -1 for zlib's own choice. */
  readonly level: number;
  readonly strategy: 'DEFAULT_STRATEGY' | 'FILTERED' | 'HUFFMAN_ONLY' | 'RLE' | 'FIXED';
  readonly windowBits: number;
  readonly chunkBytes: number;
};

/** `envoy.extensions.compression.gzip.decompressor.v3.Gzip`. */
export type GunzipConfig = {
  readonly windowBits: number;
  readonly chunkBytes: number;
  readonly maxInflateRatio: number;
};

const defaultChunkBytes = 4096;
const defaultWindowBits = 12;

export function parseGzip(node: ConfigNode): GzipConfig {
  const strategy = node.enum('compression_strategy');
  return {
    memoryLevel: node.number('memory_level', 5),
    level: levelOf(node.enum('compression_level')),
    strategy:
      strategy === 'FILTERED' || strategy === 'HUFFMAN_ONLY' || strategy === 'RLE' || strategy === 'FIXED'
        ? strategy
        : 'DEFAULT_STRATEGY',
    windowBits: node.number('window_bits', defaultWindowBits),
    chunkBytes: node.number('chunk_size', defaultChunkBytes),
  };
}

export function parseGunzip(node: ConfigNode): GunzipConfig {
  return {
    windowBits: node.number('window_bits', defaultWindowBits),
    chunkBytes: node.number('chunk_size', defaultChunkBytes),
    maxInflateRatio: node.number('max_inflate_ratio', 100),
  };
}

function levelOf(name: string): number {
  if (name === 'BEST_SPEED') return 1;
  if (name === 'BEST_COMPRESSION') return 9;
  return name.startsWith('COMPRESSION_LEVEL_') ? Number(name.slice('COMPRESSION_LEVEL_'.length)) : -1;
}
