import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigNode } from '../api/config-node.js';
import type { Extension, ExtensionKind } from '../api/extension.js';
import type { FilterModulesConfig } from '../extensions/bootstrap/filter-modules/filter-modules.js';

/** What a user's module exports: filters one by one, as its default, or as a list. */
type UserModule = { readonly [name: string]: unknown };

/** Modules that a bootstrap names, resolved against the folder it stands in. */
export function modulesOfBootstrap(root: ConfigNode, folder: string): readonly string[] {
  const found = root.extensions('bootstrap', 'bootstrap_extensions');
  return found
    .filter((extension) => extension.typeUrl === 'sluice.v1.FilterModules')
    .flatMap((extension) => (extension.config as FilterModulesConfig).modules)
    .map((name) => resolveModule(name, folder));
}

/** A path becomes absolute; a package name stays, and is found from where Sluice is installed. */
export function resolveModule(name: string, folder: string): string {
  return name.startsWith('.') || /\.[cm]?js$/.test(name) ? resolve(folder, name) : name;
}

/**
 * Imports users' filter modules; in workers and job threads, never on main. A module that cannot be imported, or
 * that exports no filter, is an error that names it.
 */
export async function loadUserExtensions(
  modules: readonly string[],
): Promise<ReadonlyMap<ExtensionKind, readonly Extension[]>> {
  const filters = new Map<string, Extension>();
  for (const name of modules) {
    const found = filtersOf(await importModule(name));
    if (found.length === 0) {
      throw new Error(
        `filter module ${name} exports no filter: export what asyncFilter() returns, an HttpFilterFactory or a NetworkFilterFactory`,
      );
    }
    for (const filter of found) {
      const known = filters.get(filter.typeUrl);
      if (filter.typeUrl.startsWith('envoy.')) {
        throw new Error(
          `filter module ${name}: a filter of type ${filter.typeUrl} would hide one of Envoy's types`,
        );
      }
      if (known !== undefined && known !== filter) {
        throw new Error(
          `filter module ${name}: another module has a filter of type ${filter.typeUrl} already`,
        );
      }
      filters.set(filter.typeUrl, filter);
    }
  }
  const network = [...filters.values()].filter(isNetworkFilter);
  const http = [...filters.values()].filter((filter) => !isNetworkFilter(filter));
  return new Map<ExtensionKind, readonly Extension[]>([
    ...(http.length > 0
      ? ([
          ['http.filter', http],
          ['upstream.http.filter', http],
        ] as const)
      : []),
    ...(network.length > 0 ? ([['network.filter', network]] as const) : []),
  ]);
}

async function importModule(name: string): Promise<UserModule> {
  try {
    return (await import(isAbsolute(name) ? pathToFileURL(name).href : name)) as UserModule;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`filter module ${name} cannot be imported: ${reason}`, { cause: error });
  }
}

function filtersOf(module: UserModule): readonly Extension[] {
  return [...new Set(Object.values(module).flat())].filter(isExtension);
}

/** Network filters, and they alone, say whether they end their chain. */
function isNetworkFilter(filter: Extension): boolean {
  return 'isTerminal' in filter && typeof filter.isTerminal === 'boolean';
}

function isExtension(value: unknown): value is Extension {
  return (
    typeof value === 'object' &&
    value !== null &&
    'typeUrl' in value &&
    typeof value.typeUrl === 'string' &&
    'parse' in value &&
    'build' in value
  );
}
