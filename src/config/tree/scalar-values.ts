import type { EnumType } from '../descriptors/message-type.js';
import type { ScalarType } from '../descriptors/schema.js';
import { didYouMean } from '../nearest.js';
import { describeNode, type ScalarNode } from '../source/source-node.js';
import { DurationValue, type SingleValue } from './message-value.js';

/** What was wrong, for a message; returned instead of a value. */
export class Mistake {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function expected(what: string, node: ScalarNode): Mistake {
  return new Mistake(`expected ${what}, found ${describeNode(node)}`);
}

const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);

function boolValue(node: ScalarNode): boolean | Mistake {
  if (node.sort === 'bool') return node.text === 'true';
  if (node.sort === 'string') {
    const word = node.text.toLowerCase();
    if (TRUE.has(word)) return true;
    if (FALSE.has(word)) return false;
  }
  return expected('true or false', node);
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d+$/;
const HEX = /^[+-]?0[xX][0-9a-fA-F]+$/;

const INTEGER_BOUNDS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};
const BOUNDS_OF: Readonly<Record<string, string>> = {
  sint32: 'int32',
  sfixed32: 'int32',
  fixed32: 'uint32',
  sint64: 'int64',
  sfixed64: 'int64',
  fixed64: 'uint64',
};

function bigintOf(text: string): bigint | undefined {
  if (INTEGER.test(text)) return BigInt(text.startsWith('+') ? text.slice(1) : text);
  if (HEX.test(text)) return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace('+', ''));
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isInteger(value) ? BigInt(value) : undefined;
}

function integerValue(type: ScalarType, node: ScalarNode): number | bigint | Mistake {
  const kind = BOUNDS_OF[type] ?? type;
  const bounds = INTEGER_BOUNDS[kind]!;
  if (node.sort === 'bool') return expected('an integer', node);
  const [low, high] = bounds;
  if (node.text.length < 10 && INTEGER.test(node.text)) {
    const small = Number(node.text);
    if (small >= 0 || low < 0n) return small === 0 ? 0 : small;
  }
  const value = bigintOf(node.text);
  if (value === undefined) return expected('an integer', node);
  if (value < low || value > high) return expected(`an integer between ${low} and ${high}`, node);
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;
}

const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

function floatValue(node: ScalarNode): number | Mistake {
  if (node.sort === 'bool') return expected('a number', node);
  const special = node.sort === 'string' ? SPECIAL_NUMBERS.get(node.text) : undefined;
  if (special !== undefined) return special;
  if (HEX.test(node.text)) return Number(bigintOf(node.text));
  if (!DECIMAL.test(node.text)) return expected('a number', node);
  const value = Number(node.text);
  return Number.isFinite(value) ? value : expected('a number in the range of a double', node);
}

function bytesValue(node: ScalarNode): Uint8Array | Mistake {
  const isBase64 = node.sort === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(node.text);
  if (!isBase64 || node.text.replace(/=+$/, '').length % 4 === 1) return expected('base64 text', node);
  return Uint8Array.from(Buffer.from(node.text, 'base64'));
}

export function scalarValue(type: ScalarType, node: ScalarNode): SingleValue | Mistake {
  switch (type) {
    case 'string':
      return node.sort === 'string' ? node.text : expected('a string; put it in quotes', node);
    case 'bytes':
      return bytesValue(node);
    case 'bool':
      return boolValue(node);
    case 'double':
    case 'float':
      return floatValue(node);
    default:
      return integerValue(type, node);
  }
}

/** Value of an absent field or a null element. */
export function zeroValue(type: ScalarType): SingleValue {
  if (type === 'string') return '';
  if (type === 'bytes') return new Uint8Array();
  return type === 'bool' ? false : 0;
}

/** By name in any case, or by number, also in quotes; unknown numbers are kept for the rules to judge. */
export function enumValue(type: EnumType, node: ScalarNode): number | Mistake {
  if (node.sort === 'string' || node.sort === 'bool') {
    const known = type.numberOf(node.text);
    if (known !== undefined) return known;
  }
  if (node.sort !== 'bool' && INTEGER.test(node.text)) {
    const value = Number(node.text);
    if (value >= -2147483648 && value <= 2147483647) return value;
  }
  const names = type.names();
  const list = names.length <= 8 ? `one of ${names.join(', ')}` : `a value of ${type.name}`;
  return new Mistake(`expected ${list}, found ${describeNode(node)}${didYouMean(node.text, names)}`);
}

const DURATION = /^(-?)(\d+)(?:\.(\d{1,9}))?s$/;
const MAX_SECONDS = 315_576_000_000;

export function durationValue(node: ScalarNode): DurationValue | Mistake {
  const match = node.sort === 'string' ? DURATION.exec(node.text) : null;
  if (match === null) return expected('a duration such as "0.25s"', node);
  const sign = match[1] === '-' ? -1 : 1;
  const seconds = Number(match[2]);
  if (seconds > MAX_SECONDS) return expected(`a duration of at most ${MAX_SECONDS} seconds`, node);
  const nanos = Number((match[3] ?? '').padEnd(9, '0'));
  return new DurationValue(seconds === 0 ? 0 : sign * seconds, nanos === 0 ? 0 : sign * nanos);
}
