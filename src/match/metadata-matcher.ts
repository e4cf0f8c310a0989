import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';
import { plainAt } from '../base/plain-path.js';
import { buildValueMatcher, parseValueMatcher, type ValueMatcherConfig } from './value-matcher.js';

/** `type.matcher.v3.MetadataMatcher`, read. */
export type MetadataMatcherConfig = {
  readonly namespace: string;
  readonly path: readonly string[];
  readonly value: ValueMatcherConfig;
  readonly invert: boolean;
};

/** Finds the structure of a namespace: dynamic metadata, a host's, a route's. */
export type NamespaceLookup = (namespace: string) => Plain;

export function parseMetadataMatcher(node: ConfigNode): MetadataMatcherConfig {
  const value = node.message('value');
  return {
    namespace: node.string('filter'),
    path: node.list('path').map((segment) => segment.string('key')),
    value: value === undefined ? { kind: 'present', expected: true } : parseValueMatcher(value),
    invert: node.bool('invert'),
  };
}

export function buildMetadataMatcher(config: MetadataMatcherConfig): (lookup: NamespaceLookup) => boolean {
  const { namespace, path, invert } = config;
  const accepts = buildValueMatcher(config.value);
  return (lookup) => accepts(plainAt(lookup(namespace), path)) !== invert;
}
