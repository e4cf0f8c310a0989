import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';
import type { DiskLayerConfig } from './disk-layer.js';

/** One layer of `layered_runtime`: its values by dotted key. Admin and disk layers start empty. */
export type RuntimeLayerConfig = {
  readonly name: string;
  readonly kind: 'static' | 'admin' | 'disk';
  readonly values: { readonly [key: string]: Plain };
  /** Of a disk layer: where main reads its values. */
  readonly disk?: DiskLayerConfig;
};

export type LayeredRuntimeConfig = { readonly layers: readonly RuntimeLayerConfig[] };

/** What a server without `layered_runtime` has: nothing, and no admin layer either. */
export const emptyRuntime: LayeredRuntimeConfig = { layers: [] };

/** Reads `bootstrap.v3.LayeredRuntime`. */
export function parseLayeredRuntime(node: ConfigNode): LayeredRuntimeConfig {
  const layers: RuntimeLayerConfig[] = [];
  const names = new Set<string>();
  for (const layer of node.list('layers')) {
    const name = layer.string('name');
    if (names.has(name)) layer.error(`Duplicate layer name: ${name}`, 'name');
    names.add(name);
    const parsed = parseLayer(layer, name);
    if (parsed === undefined) continue;
    if (parsed.kind === 'admin' && layers.some((other) => other.kind === 'admin')) {
      layer.error(
        'Too many admin layers specified in LayeredRuntime, at most one may be specified',
        'admin_layer',
      );
    } else layers.push(parsed);
  }
  const isImplicit = node.list('layers').length === 0;
  return { layers: isImplicit ? [{ name: 'admin', kind: 'admin', values: {} }] : layers };
}

function parseLayer(layer: ConfigNode, name: string): RuntimeLayerConfig | undefined {
  if (layer.has('static_layer')) {
    const values = flattenLayer(layer.struct('static_layer'));
    for (const [key, value] of Object.entries(values)) {
      if (Array.isArray(value)) layer.error(`Invalid runtime entry value for ${key}`, 'static_layer');
    }
    return { name, kind: 'static', values };
  }
  if (layer.has('admin_layer')) {
    layer.message('admin_layer')?.honourAll();
    return { name, kind: 'admin', values: {} };
  }
  const disk = layer.message('disk_layer');
  if (disk !== undefined) return { name, kind: 'disk', values: {}, disk: parseDisk(disk) };
  layer.unsupported('rtds_layer', 'runtime values do not come from a control plane yet');
  return undefined;
}

function parseDisk(node: ConfigNode): DiskLayerConfig {
  const symlinkRoot = node.string('symlink_root');
  if (!existsSync(dirname(symlinkRoot))) {
    const problem = `unable to add filesystem watch for file ${symlinkRoot}: No such file or directory`;
    node.error(problem, 'symlink_root');
  }
  return {
    symlinkRoot,
    subdirectory: node.string('subdirectory'),
    appendsServiceCluster: node.bool('append_service_cluster'),
  };
}

/** Nested structures as dotted keys. A fraction stays whole: it is a value, not a level. */
export function flattenLayer(struct: Plain): { readonly [key: string]: Plain } {
  const flat: { [key: string]: Plain } = {};
  flattenInto(flat, '', struct);
  return flat;
}

function flattenInto(flat: { [key: string]: Plain }, prefix: string, value: Plain): void {
  if (!isPlainObject(value)) {
    if (prefix !== '') flat[prefix] = value;
    return;
  }
  if (prefix !== '' && ('numerator' in value || 'denominator' in value)) {
    flat[prefix] = value;
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    flattenInto(flat, prefix === '' ? key : `${prefix}.${key}`, child);
  }
}
