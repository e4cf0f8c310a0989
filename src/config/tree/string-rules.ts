import { parseIp } from '../../base/cidr.js';
import type { Rules } from '../descriptors/schema.js';

const patterns = new Map<string, RegExp>();

function matches(pattern: string, value: string): boolean {
  let regex = patterns.get(pattern);
  if (regex === undefined) patterns.set(pattern, (regex = new RegExp(pattern)));
  return regex.test(value);
}

const HEADER_NAME = /^:?[0-9a-zA-Z!#$%&'*+\-.^_|~`]+$/;
const HEADER_VALUE = /^[^\x00-\x08\x0a-\x1f\x7f]*$/;
const LOOSE_HEADER = /^[^\x00\x0a\x0d]*$/;
const HOSTNAME_LABEL = /^(?!-)[a-zA-Z0-9-]{1,63}(?<!-)$/;

function isIp(value: string): boolean {
  return parseIp(value) !== null;
}

function isHostname(value: string): boolean {
  const name = value.endsWith('.') ? value.slice(0, -1) : value;
  return name.length <= 253 && name.split('.').every((label) => HOSTNAME_LABEL.test(label));
}

function isWellKnown(kind: string, value: string, isStrict: boolean): boolean {
  if (kind === 'HTTP_HEADER_NAME') return isStrict ? HEADER_NAME.test(value) : LOOSE_HEADER.test(value);
  return isStrict ? HEADER_VALUE.test(value) : LOOSE_HEADER.test(value);
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

function lengthMistake(rules: Rules, value: string): string {
  const { len, min_len, max_len } = rules;
  if (min_len === 1 && value === '') return 'expected a non-empty string';
  if (len !== undefined || min_len !== undefined || max_len !== undefined) {
    const length = codePoints(value);
    if (len !== undefined && length !== len) return `expected ${len} characters, found ${length}`;
    if (min_len !== undefined && length < min_len)
      return `expected at least ${min_len} characters, found ${length}`;
    if (max_len !== undefined && length > max_len)
      return `expected at most ${max_len} characters, found ${length}`;
  }
  const { len_bytes, min_bytes, max_bytes } = rules;
  if (len_bytes === undefined && min_bytes === undefined && max_bytes === undefined) return '';
  const bytes = Buffer.byteLength(value);
  if (len_bytes !== undefined && bytes !== len_bytes) return `expected ${len_bytes} bytes, found ${bytes}`;
  if (min_bytes !== undefined && bytes < min_bytes)
    return `expected at least ${min_bytes} bytes, found ${bytes}`;
  if (max_bytes !== undefined && bytes > max_bytes)
    return `expected at most ${max_bytes} bytes, found ${bytes}`;
  return '';
}

function formMistake(rules: Rules, value: string): string {
  if (rules.hostname && !isHostname(value)) return 'expected a host name';
  if (rules.ip && !isIp(value)) return 'expected an IP address';
  if (rules.ipv4 && !(isIp(value) && !value.includes(':'))) return 'expected an IPv4 address';
  if (rules.ipv6 && !(isIp(value) && value.includes(':'))) return 'expected an IPv6 address';
  if (rules.address && !isIp(value) && !isHostname(value)) return 'expected a host name or an IP address';
  const kind = rules.well_known_regex;
  if (kind !== undefined && !isWellKnown(kind, value, rules.strict !== false)) {
    return kind === 'HTTP_HEADER_NAME' ? 'expected a header name' : 'expected a header value';
  }
  return '';
}

/** What is wrong with a string, or empty. */
export function stringMistake(rules: Rules, value: string): string {
  if (rules.ignore_empty === true && value === '') return '';
  const length = lengthMistake(rules, value);
  if (length !== '') return length;
  const { pattern, prefix, suffix, contains, not_contains } = rules;
  if (pattern !== undefined && !matches(pattern, value)) return `expected text matching ${pattern}`;
  if (prefix !== undefined && !value.startsWith(prefix)) return `expected text beginning with "${prefix}"`;
  if (suffix !== undefined && !value.endsWith(suffix)) return `expected text ending in "${suffix}"`;
  if (contains !== undefined && !value.includes(contains)) return `expected text containing "${contains}"`;
  if (not_contains !== undefined && value.includes(not_contains))
    return `expected text without "${not_contains}"`;
  return formMistake(rules, value);
}
