import { type CidrRange, parseIp, unmapIpv4 } from '../../base/cidr.js';
import type { Plain } from '../../base/plain.js';
import type { Later, MatchData } from './input.js';

/** Finds the action under one branch of a tree; null when it leads to none. */
export interface Branch<T> {
  find(data: MatchData): T | null | Later;
}

/** Finds the action for a value among the branches of a tree. */
export type Lookup<T> = (value: Plain, data: MatchData) => T | null | Later;

export function exactLookup<T>(entries: readonly (readonly [key: string, branch: Branch<T>])[]): Lookup<T> {
  const byKey = new Map(entries);
  return (value, data) => (typeof value === 'string' ? (byKey.get(value)?.find(data) ?? null) : null);
}

/** The longest prefix that leads to an action wins. */
export function prefixLookup<T>(entries: readonly (readonly [key: string, branch: Branch<T>])[]): Lookup<T> {
  const longestFirst = entries.toSorted(([a], [b]) => b.length - a.length);
  return (value, data) => {
    if (typeof value !== 'string') return null;
    for (const [key, branch] of longestFirst) {
      const found = value.startsWith(key) ? branch.find(data) : null;
      if (found !== null) return found;
    }
    return null;
  };
}

/** The name itself, then the longest wildcard that leads to an action, then `*`. */
export function domainLookup<T>(
  entries: readonly (readonly [domain: string, branch: Branch<T>])[],
): Lookup<T> {
  const byDomain = new Map(entries);
  return (value, data) => {
    if (typeof value !== 'string' || value === '') return null;
    let found = byDomain.get(value)?.find(data) ?? null;
    for (let dot = value.indexOf('.'); found === null && dot >= 0; dot = value.indexOf('.', dot + 1))
      found = byDomain.get(`*${value.slice(dot)}`)?.find(data) ?? null;
    return found ?? byDomain.get('*')?.find(data) ?? null;
  };
}

export interface RangeEntry<T> {
  readonly ranges: readonly CidrRange[];
  readonly branch: Branch<T>;
  readonly isExclusive: boolean;
}

/** The narrowest range that leads to an action wins; an exclusive one only where no narrower has the address. */
export function rangeLookup<T>(entries: readonly RangeEntry<T>[]): Lookup<T> {
  const narrowestFirst = entries
    .flatMap(({ ranges, branch, isExclusive }) => ranges.map((range) => ({ range, branch, isExclusive })))
    .toSorted((a, b) => b.range.prefixLength - a.range.prefixLength);
  return (value, data) => {
    const parsed = typeof value === 'string' ? parseIp(value) : null;
    if (parsed === null) return null;
    const words = unmapIpv4(parsed);
    let isNarrowest = true;
    for (const { range, branch, isExclusive } of narrowestFirst) {
      if (!range.contains(words)) continue;
      const found = isNarrowest || !isExclusive ? branch.find(data) : null;
      if (found !== null) return found;
      isNarrowest = false;
    }
    return null;
  };
}
