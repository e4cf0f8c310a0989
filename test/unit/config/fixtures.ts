import type { Extension, ExtensionKind, ExtensionRegistry } from '../../../src/api/extension.js';
import { type LoadedConfig, type LoadOptions, loadConfig } from '../../../src/config/load.js';
import type { ConfigFiles } from '../../../src/config/node/read-context.js';

/** A registry of the given extensions, each under one kind. */
export function registryOf(listed: readonly (readonly [ExtensionKind, Extension])[]): ExtensionRegistry {
  const ofKind = (kind: ExtensionKind): Extension[] => listed.filter(([k]) => k === kind).map(([, e]) => e);
  return {
    find: (kind, typeUrl) => ofKind(kind).find((e) => e.typeUrl === typeUrl),
    findByName: (kind, name) => ofKind(kind).find((e) => e.name === name),
    list: ofKind,
  };
}

/** Files and environment variables held in memory. */
export function filesOf(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): ConfigFiles {
  return {
    read: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error('no such file');
      return Buffer.from(text);
    },
    env: (name) => env[name],
  };
}

export function loadText(text: string, file = 'x.yaml', options: Partial<LoadOptions> = {}): LoadedConfig {
  return loadConfig({ path: file, files: filesOf({ [file]: text }), registry: registryOf([]), ...options });
}
