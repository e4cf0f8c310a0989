import type { ConfigNode } from '../api/config-node.js';
import type { VirtualHostConfig } from './config-types.js';

/** Reports a domain that two virtual hosts (or one twice) claim. */
export function reportDuplicateDomains(
  tableName: string,
  hosts: readonly VirtualHostConfig[],
  nodes: readonly ConfigNode[],
): void {
  const seen = new Set<string>();
  for (const [i, host] of hosts.entries()) {
    for (const domain of host.domains) {
      if (seen.has(domain)) nodes[i]?.error(duplicateText(tableName, domain), 'domains');
      seen.add(domain);
    }
  }
}

function duplicateText(tableName: string, domain: string): string {
  if (domain === '*') return `Only a single wildcard domain is permitted in route ${tableName}`;
  return `Only unique values for domains are permitted. Duplicate entry of domain ${domain} in route ${tableName}`;
}

/** Wildcards of one side, by the length of their fixed part, longest first. */
type Wildcards<T> = readonly { readonly length: number; readonly byText: ReadonlyMap<string, T> }[];

/** Finds the virtual host of an authority: exact, then `*suffix` longest first, then `prefix*`, then `*`. */
export class DomainIndex<T> {
  private readonly exact: ReadonlyMap<string, T>;
  private readonly suffixes: Wildcards<T>;
  private readonly prefixes: Wildcards<T>;
  private readonly fallback: T | null;
  private readonly onlyFallback: boolean;

  constructor(entries: readonly (readonly [domain: string, target: T])[]) {
    const exact = new Map<string, T>();
    const suffixes = new Map<number, Map<string, T>>();
    const prefixes = new Map<number, Map<string, T>>();
    let fallback: T | null = null;
    for (const [domain, target] of entries) {
      if (domain === '*') fallback = target;
      else if (domain.startsWith('*')) addWildcard(suffixes, domain.slice(1), target);
      else if (domain.endsWith('*')) addWildcard(prefixes, domain.slice(0, -1), target);
      else exact.set(domain, target);
    }
    this.exact = exact;
    this.suffixes = longestFirst(suffixes);
    this.prefixes = longestFirst(prefixes);
    this.fallback = fallback;
    this.onlyFallback = exact.size + suffixes.size + prefixes.size === 0;
  }

  /** The authority may be in any case; domains are lower case. */
  find(authority: string): T | null {
    if (this.onlyFallback) return this.fallback;
    const asGiven = this.exact.get(authority);
    if (asGiven !== undefined) return asGiven;
    const host = authority.toLowerCase();
    return this.exact.get(host) ?? this.findWildcard(host) ?? this.fallback;
  }

  private findWildcard(host: string): T | undefined {
    for (const { length, byText } of this.suffixes) {
      const found = host.length > length ? byText.get(host.slice(host.length - length)) : undefined;
      if (found !== undefined) return found;
    }
    for (const { length, byText } of this.prefixes) {
      const found = host.length > length ? byText.get(host.slice(0, length)) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function addWildcard<T>(side: Map<number, Map<string, T>>, text: string, target: T): void {
  const sameLength = side.get(text.length) ?? new Map<string, T>();
  sameLength.set(text, target);
  side.set(text.length, sameLength);
}

function longestFirst<T>(side: ReadonlyMap<number, Map<string, T>>): Wildcards<T> {
  return [...side].sort(([a], [b]) => b - a).map(([length, byText]) => ({ length, byText }));
}

/** The authority without its port. */
export function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(':');
  if (colon < 0 || (authority.startsWith('[') && authority.charAt(colon - 1) !== ']')) return authority;
  return /^[0-9]+$/.test(authority.slice(colon + 1)) ? authority.slice(0, colon) : authority;
}
