import type { JsonNode } from './json-node.js';

/** `2006-01-02T15:04:05.123Z`, with as many groups of three digits as the nanoseconds need. */
export function timestampText(seconds: bigint, nanos: number): string {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return '';
  return `${date.toISOString().slice(0, 19)}${fraction(nanos)}Z`;
}

export function durationText(seconds: bigint, nanos: number): string {
  const isNegative = seconds < 0n || nanos < 0;
  const whole = seconds < 0n ? -seconds : seconds;
  return `${isNegative ? '-' : ''}${whole}${fraction(Math.abs(nanos))}s`;
}

function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  return `.${digits.replace(/(?:000){1,2}$/, '')}`;
}

/** Paths in camel case, with commas between. */
export function fieldMaskText(paths: readonly JsonNode[]): string {
  const texts = paths.map((path) => (path.kind === 'string' ? path.text : ''));
  return texts
    .map((path) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))
    .join(',');
}

const timePattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Seconds and nanoseconds; null when the text is no time. */
export function readTimestamp(text: string): readonly [seconds: bigint, nanos: number] | null {
  const found = timePattern.exec(text);
  if (found === null) return null;
  const ms = Date.parse(`${found[1]}${found[3]}`);
  if (Number.isNaN(ms)) return null;
  return [BigInt(ms / 1000), Number((found[2] ?? '').padEnd(9, '0'))];
}

export function readDuration(text: string): readonly [seconds: bigint, nanos: number] | null {
  const found = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text);
  if (found === null) return null;
  const sign = found[1] === '-' ? -1 : 1;
  return [BigInt(sign) * BigInt(found[2] ?? '0'), sign * Number((found[3] ?? '').padEnd(9, '0'))];
}

export function readFieldMask(text: string): string[] {
  const paths = text === '' ? [] : text.split(',');
  return paths.map((path) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}
