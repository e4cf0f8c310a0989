import { pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';
import type { Extension, ExtensionKind } from '../api/extension.js';

/** What a user's module exports: HTTP filter factories under `filters`, or a single one as its default. */
interface UserModule {
  readonly default?: unknown;
  readonly filters?: unknown;
}

/**
 * Imports users' filter modules; in workers and job threads, never on main. A module that cannot be imported, or
 * that exports no filter, is an error that names it.
 */
export async function loadUserExtensions(
  modules: readonly string[],
): Promise<ReadonlyMap<ExtensionKind, readonly Extension[]>> {
  const filters: Extension[] = [];
  for (const name of modules) {
    const imported = (await import(isAbsolute(name) ? pathToFileURL(name).href : name)) as UserModule;
    const found = [imported.default, ...(Array.isArray(imported.filters) ? imported.filters : [])].filter(isExtension);
    if (found.length === 0) {
      throw new Error(`${name}: exports no filter; export one made by asyncFilter() or an HttpFilterFactory as default`);
    }
    filters.push(...found);
  }
  return new Map<ExtensionKind, readonly Extension[]>(filters.length > 0 ? [['http.filter', filters]] : []);
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
