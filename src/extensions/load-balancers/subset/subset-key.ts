import type { Host } from '../../../api/upstream.js';
import type { Plain } from '../../../base/plain.js';
import { isPlainObject, plainAt } from '../../../base/plain-path.js';

/** What a request asks for, or a host has: values by key. */
export type Labels = { readonly [key: string]: Plain };

const nothing: Labels = {};

export function labelsOf(host: Host): Labels {
  const labels = plainAt(host.metadata, ['filter_metadata', 'envoy.lb']);
  return isPlainObject(labels) ? labels : nothing;
}

/** One text per tuple of values; types count, so that `1` and `"1"` differ. */
export function subsetKey(values: readonly Plain[]): string {
  return JSON.stringify(values);
}

/** All tuples of the values that a host has under these keys; none when it lacks one. */
export function tuplesOf(
  labels: Labels,
  keys: readonly string[],
  listAsAny: boolean,
): readonly (readonly Plain[])[] {
  let tuples: (readonly Plain[])[] = [[]];
  for (const key of keys) {
    const value = labels[key];
    if (value === undefined) return [];
    const choices: readonly Plain[] = listAsAny && Array.isArray(value) ? value : [value];
    tuples = tuples.flatMap((tuple) => choices.map((choice) => [...tuple, choice]));
  }
  return tuples;
}

export function hasLabels(labels: Labels, wanted: Labels, listAsAny: boolean): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    const own = labels[key];
    if (own === undefined) return false;
    if (listAsAny && Array.isArray(own))
      return own.some((choice) => subsetKey([choice]) === subsetKey([value]));
    return subsetKey([own]) === subsetKey([value]);
  });
}
