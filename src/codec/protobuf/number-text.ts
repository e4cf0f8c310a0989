import { type JsonNode, jsonNumber, jsonString } from './json-node.js';

/** A floating-point number in the fewest of `digits` or two more digits that bring it back, as C's `%g` writes it. */
export function numberText(value: number, isFloat: boolean): JsonNode {
  if (Number.isNaN(value)) return jsonString('NaN');
  if (!Number.isFinite(value)) return jsonString(value > 0 ? 'Infinity' : '-Infinity');
  const few = isFloat ? 6 : 15;
  for (let digits = few; ; digits++) {
    const text = value.toPrecision(digits);
    const back = isFloat ? Math.fround(Number(text)) : Number(text);
    if (back === value || digits === few + 3) return jsonNumber(general(value, digits));
  }
}

function general(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = ''] = value.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? '-' : '+';
    return `${trimmed(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return trimmed(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
