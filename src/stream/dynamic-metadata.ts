import type { StreamInfo } from '../api/stream-info.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';

/** Merges fields into the structure of a namespace, as Envoy's `setDynamicMetadata` does at the top level. */
export function addDynamicMetadata(
  info: StreamInfo,
  namespace: string,
  fields: { readonly [key: string]: Plain },
): void {
  info.dynamicMetadata ??= new Map();
  const old = info.dynamicMetadata.get(namespace);
  info.dynamicMetadata.set(
    namespace,
    old !== undefined && isPlainObject(old) ? { ...old, ...fields } : fields,
  );
}

/** `over` laid over `under`: structures key by key, lists end to end; anything else replaces. */
export function mergeDeep(under: Plain, over: Plain): Plain {
  if (isPlainObject(under) && isPlainObject(over)) {
    const merged: { [key: string]: Plain } = { ...under };
    for (const [key, value] of Object.entries(over)) {
      merged[key] = Object.hasOwn(merged, key) ? mergeDeep(merged[key], value) : value;
    }
    return merged;
  }
  if (Array.isArray(under) && Array.isArray(over)) return [...under, ...over];
  return over;
}
