import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';

/** Reads a `core.v3.Metadata` field as namespace → structure; null when absent. */
export function parseMetadata(node: ConfigNode, field: string): Plain {
  const metadata = node.message(field);
  if (metadata === undefined) return null;
  metadata.noEffect('typed_filter_metadata', 'nothing here reads typed metadata');
  return metadata.struct('filter_metadata') ?? {};
}

/** Reads `type.metadata.v3.MetadataKey`: a namespace, then keys in it; empty when absent. */
export function parseMetadataPath(key: ConfigNode | undefined): readonly string[] {
  if (key === undefined) return [];
  return [key.string('key'), ...key.list('path').map((segment) => segment.string('key'))];
}
