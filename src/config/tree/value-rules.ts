import type { FieldType } from '../descriptors/message-type.js';
import type { Rules } from '../descriptors/schema.js';
import { DurationValue, MessageValue, type SingleValue } from './message-value.js';
import { stringMistake } from './string-rules.js';

type Ordered = number | bigint;

function bounds(rules: Rules, show: (value: number) => string): string {
  const { gt, gte, lt, lte } = rules;
  const low =
    gt !== undefined ? `greater than ${show(gt)}` : gte !== undefined ? `at least ${show(gte)}` : '';
  const high = lt !== undefined ? `less than ${show(lt)}` : lte !== undefined ? `at most ${show(lte)}` : '';
  if (low === '' || high === '') return low + high;
  return isOutside(rules) ? `${low} or ${high}` : `${low} and ${high}`;
}

/** A lower bound above the upper one means "not between". */
function isOutside(rules: Rules): boolean {
  const low = rules.gt ?? rules.gte;
  const high = rules.lt ?? rules.lte;
  return low !== undefined && high !== undefined && low > high;
}

function isInBounds(rules: Rules, value: Ordered): boolean {
  const { gt, gte, lt, lte } = rules;
  const isLow = (gt === undefined || value > gt) && (gte === undefined || value >= gte);
  const isHigh = (lt === undefined || value < lt) && (lte === undefined || value <= lte);
  return isOutside(rules) ? isLow || isHigh : isLow && isHigh;
}

function orderedMistake(rules: Rules, value: Ordered, show: (value: Ordered) => string): string {
  if (rules.ignore_empty === true && value === 0) return '';
  if (rules.const !== undefined && value !== rules.const)
    return `expected ${rules.const}, found ${show(value)}`;
  if (rules.in !== undefined && !rules.in.includes(Number(value))) {
    return `expected one of ${rules.in.join(', ')}, found ${show(value)}`;
  }
  if (rules.not_in?.includes(Number(value)) === true) return `${show(value)} is not allowed`;
  return isInBounds(rules, value) ? '' : `expected a value ${bounds(rules, show)}, found ${show(value)}`;
}

function showMs(ms: Ordered): string {
  return `${Number(ms) / 1000}s`;
}

function enumMistake(field: FieldType, rules: Rules, value: number): string {
  const name = field.enum.nameOf(value);
  const shown = name ?? String(value);
  if (rules.defined_only === true && name === undefined) {
    return `expected one of ${field.enum.names().join(', ')}, found ${value}`;
  }
  if (rules.const !== undefined && value !== rules.const) return `${shown} is not allowed`;
  if (rules.in !== undefined && !rules.in.includes(value)) return `${shown} is not allowed`;
  return rules.not_in?.includes(value) === true ? `${shown} is not allowed` : '';
}

function textMistake(rules: Rules, value: string): string {
  if (rules.ignore_empty === true && value === '') return '';
  if (rules.const !== undefined && value !== rules.const)
    return `expected "${rules.const}", found "${value}"`;
  if (rules.in !== undefined && !rules.in.includes(value))
    return `expected one of ${rules.in.join(', ')}, found "${value}"`;
  if (rules.not_in?.includes(value) === true) return `"${value}" is not allowed`;
  const mistake = stringMistake(rules, value);
  return mistake === '' || value === '' ? mistake : `${mistake}, found "${value}"`;
}

function bytesMistake(rules: Rules, value: Uint8Array): string {
  const { length } = value;
  if (rules.ignore_empty === true && length === 0) return '';
  const { len, min_len, max_len } = rules;
  if (len !== undefined && length !== len) return `expected ${len} bytes, found ${length}`;
  if (min_len !== undefined && length < min_len) return `expected at least ${min_len} bytes, found ${length}`;
  return max_len !== undefined && length > max_len
    ? `expected at most ${max_len} bytes, found ${length}`
    : '';
}

function anyMistake(rules: Rules, any: MessageValue): string {
  if (rules.in !== undefined && !rules.in.includes(any.typeUrl))
    return `expected a type among ${rules.in.join(', ')}`;
  return rules.not_in?.includes(any.typeUrl) === true ? `${any.typeUrl} is not allowed` : '';
}

/** What the rules of a field find wrong with one value, or empty. */
export function valueMistake(field: FieldType, rules: Rules, value: SingleValue): string {
  if (field.kind === 'enum') return typeof value === 'number' ? enumMistake(field, rules, value) : '';
  if (typeof value === 'string') return textMistake(rules, value);
  if (typeof value === 'number' || typeof value === 'bigint') return orderedMistake(rules, value, String);
  if (typeof value === 'boolean')
    return rules.const === undefined || value === rules.const ? '' : `expected ${rules.const}`;
  if (value instanceof Uint8Array) return bytesMistake(rules, value);
  if (value instanceof DurationValue) return orderedMistake(rules, value.ms, showMs);
  return value instanceof MessageValue && field.kind === 'any' ? anyMistake(rules, value) : '';
}
