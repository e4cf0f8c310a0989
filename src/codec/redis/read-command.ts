import type { RespLimits } from './resp-limits.js';

/** A command as clients send it, and where it ends. */
export interface ReadCommand {
  readonly words: readonly string[];
  readonly end: number;
}

const carriageReturn = 13;
const lineFeed = 10;
const zero = 48;
const dollar = 36;

/** Where the number read last ended, behind its line's end. */
let numberEnd = 0;

/** The digits of a length and the end of their line; −1 when that is not what stands there as a whole. */
function readLength(text: string, from: number): number {
  let value = 0;
  let at = from;
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  const digits = at - from;
  // Lengths of another form are left to those who read every form.
  if (digits === 0 || digits > 9 || (digits > 1 && text.charCodeAt(from) === zero)) return -1;
  if (text.charCodeAt(at) !== carriageReturn || text.charCodeAt(at + 1) !== lineFeed) return -1;
  numberEnd = at + 2;
  return value;
}

/**
 * An array of bulks that begins at a `*` and is there as a whole; null for anything else, also for what may become one.
 * `make bench-micro` shows what it saves beside values of every kind.
 */
export function readCommand(text: string, from: number, limits: RespLimits): ReadCommand | null {
  const count = readLength(text, from + 1);
  if (count <= 0 || count > limits.elements) return null;
  const words: string[] = [];
  let at = numberEnd;
  for (let i = 0; i < count; i++) {
    if (text.charCodeAt(at) !== dollar) return null;
    const bytes = readLength(text, at + 1);
    if (bytes < 0 || bytes > limits.bulkBytes) return null;
    const start = numberEnd;
    const end = start + bytes;
    // A short text answers NaN.
    if (text.charCodeAt(end) !== carriageReturn || text.charCodeAt(end + 1) !== lineFeed) return null;
    words.push(text.slice(start, end));
    at = end + 2;
  }
  return at - from > limits.valueBytes ? null : { words, end: at };
}
