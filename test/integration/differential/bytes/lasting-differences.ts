import type { ByteCase } from './byte-case.js';

/** What differs, by case; `histograms` for those of all together. */
export type Differences = ReadonlyMap<string, string>;
export const histogramsName = 'histograms';

/**
 * What differs the second time as well: either proxy publishes stats when it gets to it, which under load may be in the
 * case behind.
 */
export async function lastingDifferences(
  cases: readonly ByteCase[],
  compare: (cases: readonly ByteCase[]) => Promise<Differences>,
): Promise<Differences> {
  const first = await compare(cases);
  if (first.size === 0) return first;
  const doubtful = first.has(histogramsName) ? cases : cases.filter(({ name }) => first.has(name));
  return compare(doubtful);
}
