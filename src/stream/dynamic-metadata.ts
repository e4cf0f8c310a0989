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
