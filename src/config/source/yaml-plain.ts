import type { ScalarNode, SourceNode } from './source-node.js';

/** yaml-cpp's booleans: all lower, all upper or capitalised. */
const BOOLEANS: ReadonlyMap<string, string> = new Map(
  [
    ['y', 'true'],
    ['yes', 'true'],
    ['true', 'true'],
    ['on', 'true'],
    ['n', 'false'],
    ['no', 'false'],
    ['false', 'false'],
    ['off', 'false'],
  ].flatMap(([word = '', value = '']) => [
    [word, value] as const,
    [word.toUpperCase(), value] as const,
    [word[0]!.toUpperCase() + word.slice(1), value] as const,
  ]),
);
const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const INTEGER = /^[+-]?(?:0[xX][0-9a-fA-F]+|\d+)$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

export function nullScalar(at: number): ScalarNode {
  return { kind: 'scalar', sort: 'null', at, text: '' };
}

export function quotedScalar(text: string, at: number): ScalarNode {
  return { kind: 'scalar', sort: 'string', at, text };
}

/** C's reading of an integer: `0x` is hexadecimal, a leading zero octal. */
function integerOf(text: string): bigint | undefined {
  const isNegative = text.startsWith('-');
  const digits = text.startsWith('-') || text.startsWith('+') ? text.slice(1) : text;
  let value: bigint;
  if (/^0[xX]/.test(digits)) value = BigInt(digits);
  else if (digits.length > 1 && digits.startsWith('0')) {
    if (!/^[0-7]+$/.test(digits)) return undefined;
    value = BigInt(`0o${digits}`);
  } else value = BigInt(digits);
  if (isNegative) value = -value;
  return value < MIN_INT64 || value > MAX_INT64 ? undefined : value;
}

/** An unquoted scalar: null, boolean, integer of 32 bits, else a string (larger integers in decimal). */
export function plainScalar(text: string, at: number): ScalarNode {
  const first = text.charCodeAt(0);
  const isNumeric = (first >= 0x30 && first <= 0x39) || first === 0x2d || first === 0x2b;
  if (isNumeric) return INTEGER.test(text) ? integerScalar(text, at) : quotedScalar(text, at);
  if (text.length <= 5) {
    if (NULLS.has(text)) return nullScalar(at);
    const bool = BOOLEANS.get(text);
    if (bool !== undefined) return { kind: 'scalar', sort: 'bool', at, text: bool };
  }
  return quotedScalar(text, at);
}

function integerScalar(text: string, at: number): ScalarNode {
  const isSimple =
    text.length < 10 && (text.charCodeAt(0) !== 0x30 || text.length === 1) && /^-?[1-9]|^0$/.test(text);
  if (isSimple) return { kind: 'scalar', sort: 'number', at, text };
  const value = integerOf(text);
  if (value === undefined) return quotedScalar(text, at);
  const fits = value >= -2147483648n && value <= 2147483647n;
  return { kind: 'scalar', sort: fits ? 'number' : 'string', at, text: String(value) };
}

/** An explicit tag other than `!` makes a quoted scalar plain again; `!` makes a plain one a string. */
export function taggedScalar(node: SourceNode, tag: string): SourceNode {
  if (node.kind !== 'scalar') return node;
  if (tag === '!') return quotedScalar(node.text, node.at);
  return node.sort === 'string' ? plainScalar(node.text, node.at) : node;
}
