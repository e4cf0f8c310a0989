import type { CompressionLibrary } from '../../../api/compression.js';
import type { ConfigNode } from '../../../api/config-node.js';

/** Node has zstd from 22.15 on, and its types come with it; until that is the floor, zstd is refused by name. */
function refuse(node: ConfigNode): null {
  node.error('zstd is not in the zlib of this Node; gzip and brotli are');
  node.honourAll();
  return null;
}

function refused(): never {
  throw new Error('zstd was refused when the configuration was read');
}

export const zstdCompressor: CompressionLibrary<null> = {
  name: 'envoy.compression.zstd.compressor',
  typeUrl: 'envoy.extensions.compression.zstd.compressor.v3.Zstd',
  encoding: 'zstd',
  parse: refuse,
  build: refused,
};

export const zstdDecompressor: CompressionLibrary<null> = {
  name: 'envoy.compression.zstd.decompressor',
  typeUrl: 'envoy.extensions.compression.zstd.decompressor.v3.Zstd',
  encoding: 'zstd',
  parse: refuse,
  build: refused,
};
