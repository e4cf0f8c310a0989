import { tokenLower } from './byte-classes.js';

const breaking = /[\0\r\n]/;
const wide = /[^\0-\xff]/;
const suspect = /[\0\r\n]|[^\0-\xff]/;
const outsideTarget = /[^\x21-\x7e]/gu;
const suspectTarget = /[^\x21-\x7e]/;

/** Whether a name or method may stand on the wire. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || tokenLower[code] === 0) return false;
  }
  return text.length > 0;
}

/**
 * A value that may stand on the wire, one byte a character: null when CR, LF or NUL is in it; characters beyond
 * U+00FF, whose low byte could be one of those, become their UTF-8 bytes.
 */
export function safeText(value: string): string | null {
  if (!suspect.test(value)) return value;
  if (breaking.test(value)) return null;
  return wide.test(value) ? utf8Bytes(value) : value;
}

/** A request target that stays within its place in the line: all but visible ASCII is percent-encoded. */
export function safeTarget(target: string): string {
  if (target === '') return '/';
  return suspectTarget.test(target) ? target.replace(outsideTarget, percentEncode) : target;
}

function percentEncode(char: string): string {
  return Buffer.from(char, 'utf8').toString('hex').replace(/../g, '%$&').toUpperCase();
}

function utf8Bytes(value: string): string {
  return Buffer.from(value, 'utf8').latin1Slice();
}
