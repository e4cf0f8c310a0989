import type { FractionConfig } from '../../api/config-node.js';
import type { NodeCursor } from './node-cursor.js';

const DENOMINATORS: Readonly<Record<string, number>> = {
  HUNDRED: 100,
  TEN_THOUSAND: 10_000,
  MILLION: 1_000_000,
};

/** A percentage of up to four digits behind the point, in millionths. */
function percent(node: NodeCursor): { numerator: number; denominator: number } {
  const value = node.number('value');
  if (Number.isInteger(value)) return { numerator: value, denominator: 100 };
  return { numerator: Math.round(value * 10_000), denominator: 1_000_000 };
}

function plainFraction(node: NodeCursor): { numerator: number; denominator: number } {
  if (node.typeName === 'envoy.type.v3.Percent') return percent(node);
  return { numerator: node.number('numerator'), denominator: DENOMINATORS[node.enum('denominator')] ?? 100 };
}

/** `FractionalPercent`, `Percent`, or either with a runtime key. */
export function readFraction(node: NodeCursor, fallback: FractionConfig): FractionConfig {
  if (node.value.type.field('default_value') === undefined) return { ...plainFraction(node), runtimeKey: '' };
  const inner = node.message('default_value');
  const runtimeKey = node.string('runtime_key');
  if (inner === undefined) return { ...fallback, runtimeKey };
  return { ...plainFraction(inner), runtimeKey };
}
