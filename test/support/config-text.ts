import type { ConfigNode } from '../../src/api/config-node.js';
import type { Extension, ExtensionKind, ExtensionRegistry } from '../../src/api/extension.js';
import { loadConfig } from '../../src/config/load.js';

/** Extensions of a test, by kind. */
export type TestExtensions = { readonly [K in ExtensionKind]?: readonly Extension[] };

export function testRegistry(extensions: TestExtensions = {}): ExtensionRegistry {
  const list = (kind: ExtensionKind): readonly Extension[] => extensions[kind] ?? [];
  return {
    list,
    find: (kind, typeUrl) => list(kind).find((extension) => extension.typeUrl === typeUrl),
    findByName: (kind, name) => list(kind).find((extension) => extension.name === name),
  };
}

/** What reading a text gave, with everything that was told on the way. */
export interface ReadText<T> {
  readonly value: T;
  /** Messages of problems, in order. */
  readonly problems: readonly string[];
  /** Paths of fields that were not read or not supported. */
  readonly unsupported: readonly string[];
  /** Names of clusters that are referred to. */
  readonly clusters: readonly string[];
}

/** Reads YAML (or JSON, which is YAML) of one message type with a parse function, as start-up does. */
export function readText<T>(
  typeName: string,
  yamlText: string,
  parse: (node: ConfigNode) => T,
  extensions: TestExtensions = {},
): ReadText<T> {
  const config = loadConfig({
    yamlText,
    rootType: typeName,
    registry: testRegistry(extensions),
    files: {
      read: (path) => {
        throw new Error(`no file ${path}`);
      },
      env: () => undefined,
    },
  });
  const value = parse(config.root);
  const outcome = config.finish();
  return {
    value,
    problems: outcome.problems.map(({ message }) => message),
    unsupported: outcome.unsupported.map(({ path }) => path),
    clusters: config.needs.clusters.map(({ name }) => name),
  };
}
