import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';

/** Reads a `core.v3.Metadata` field as namespace → structure; null when absent. */
export function parseMetadata(node: ConfigNode, field: string): Plain {
  const metadata = node.message(field);
  if (metadata === undefined) return null;
  metadata.unsupported('typed_filter_metadata', 'only filter_metadata is kept');
  return metadata.struct('filter_metadata') ?? {};
}
