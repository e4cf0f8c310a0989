import type { ConfigNode } from '../api/config-node.js';
import type { RuntimeView } from '../api/runtime.js';

/** `core.v3.RuntimeFeatureFlag`, read. */
export type FeatureFlag = { readonly byDefault: boolean; readonly runtimeKey: string };

/** Reads a flag; an absent one counts as `fallback` and no runtime key changes it. */
export function parseFeatureFlag(node: ConfigNode, field: string, fallback: boolean): FeatureFlag {
  const flag = node.message(field);
  if (flag === undefined) return { byDefault: fallback, runtimeKey: '' };
  return { byDefault: flag.bool('default_value'), runtimeKey: flag.string('runtime_key') };
}

export function isOn({ byDefault, runtimeKey }: FeatureFlag, runtime: RuntimeView): boolean {
  return runtimeKey === '' ? byDefault : runtime.bool(runtimeKey, byDefault);
}
