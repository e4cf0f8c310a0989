import type { ConfigNode } from '../../../../api/config-node.js';
import type { Plain } from '../../../../base/plain.js';

export type MetadataEntryConfig = {
  readonly namespace: string;
  readonly mayOverwrite: boolean;
  readonly value: Plain;
};

/** `envoy.extensions.filters.http.set_metadata.v3.Config`. */
export type SetMetadataConfig = {
  readonly entries: readonly MetadataEntryConfig[];
};

export function parseSetMetadata(node: ConfigNode): SetMetadataConfig {
  const namespace = node.string('metadata_namespace');
  const old = node.struct('value');
  const entries = node.list('metadata').flatMap(parseEntry);
  if (namespace === '' || old === undefined) return { entries };
  return { entries: [{ namespace, mayOverwrite: true, value: old }, ...entries] };
}

function parseEntry(node: ConfigNode): MetadataEntryConfig[] {
  const namespace = node.string('metadata_namespace');
  const mayOverwrite = node.bool('allow_overwrite');
  const value = node.struct('value');
  node.noEffect('typed_value', 'nothing reads the typed metadata of a request');
  return value === undefined ? [] : [{ namespace, mayOverwrite, value }];
}
