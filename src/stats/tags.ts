import type { StatIdentity, StatTag } from '../api/stat-sink.js';
import { DEFAULT_TAG_RULES, type TagRule } from './default-tags.js';
import type { StatNaming } from './lazy-identity.js';

/** A run of a name that goes out of it, as [start, end). */
type Cut = readonly [number, number];
type Tokens = readonly string[];

/**
 * Takes tags out of stat names. Every rule looks at the whole name; what they cut is removed after all have run. Of
 * several rules for one tag the first that matches wins.
 */
export class TagExtractor implements StatNaming {
  private readonly rootless: readonly TagRule[];
  private readonly rooted = new Map<string, readonly TagRule[]>();

  constructor(rules: readonly TagRule[] = DEFAULT_TAG_RULES) {
    this.rootless = rules.filter((rule) => rule.root === '');
    for (const root of new Set(rules.map((rule) => rule.root))) {
      if (root === '') continue;
      this.rooted.set(root, [...this.rootless, ...rules.filter((rule) => rule.root === root)]);
    }
  }

  identify(name: string): StatIdentity {
    const parts = name.split('.');
    const tags: StatTag[] = [];
    const cuts: Cut[] = [];
    for (const rule of this.rooted.get(parts[0]!) ?? this.rootless) {
      if (rule.tokens === null) findByExpression(rule, name, tags, cuts);
      else findByTokens(rule, rule.tokens, parts, tags, cuts);
    }
    return { name, extractedName: cuts.length === 0 ? name : without(name, cuts), tags };
  }
}

function findByExpression(rule: TagRule, name: string, tags: StatTag[], cuts: Cut[]): void {
  if (rule.needle !== '' && !name.includes(rule.needle)) return;
  const found = rule.find?.(name) ?? null;
  if (found === null || hasTag(tags, rule.tag)) return;
  tags.push({ name: rule.tag, value: found.value });
  cuts.push([found.start, found.end]);
}

function findByTokens(rule: TagRule, pattern: Tokens, parts: Tokens, tags: StatTag[], cuts: Cut[]): void {
  const at = capturedToken(pattern, parts, 0, 0, -1);
  if (at < 0 || hasTag(tags, rule.tag)) return;
  let start = 0;
  for (let i = 0; i < at; i++) start += parts[i]!.length + 1;
  const end = start + parts[at]!.length;
  tags.push({ name: rule.tag, value: parts[at]! });
  cuts.push(at === parts.length - 1 ? [start - 1, end] : [start, end + 1]);
}

/** Index of the token that `$` stands for, -1 when the name does not match. */
function capturedToken(pattern: Tokens, parts: Tokens, from: number, at: number, captured: number): number {
  let found = captured;
  let n = at;
  for (let p = from; p < pattern.length; p++, n++) {
    const wanted = pattern[p]!;
    if (wanted === '**') return afterAny(pattern, parts, p + 1, n, found);
    if (n >= parts.length) return -1;
    if (wanted === '$') found = n;
    else if (wanted !== '*' && wanted !== parts[n]) return -1;
  }
  return n === parts.length ? found : -1;
}

function afterAny(pattern: Tokens, parts: Tokens, p: number, n: number, captured: number): number {
  if (p === pattern.length) return n < parts.length ? captured : -1;
  for (let skipped = n; skipped < parts.length; skipped++) {
    const found = capturedToken(pattern, parts, p, skipped, captured);
    if (found >= 0) return found;
  }
  return -1;
}

function hasTag(tags: readonly StatTag[], name: string): boolean {
  for (const tag of tags) {
    if (tag.name === name) return true;
  }
  return false;
}

function without(name: string, cuts: Cut[]): string {
  cuts.sort((a, b) => a[0] - b[0]);
  let kept = '';
  let at = 0;
  for (const [start, end] of cuts) {
    if (start > at) kept += name.slice(at, start);
    at = Math.max(at, end);
  }
  return kept + name.slice(at);
}
