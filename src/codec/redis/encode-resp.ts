import type { RespText, RespValue, RespVersion } from './resp-value.js';

/**
 * The bytes of a value, one character each. What RESP2 has no form for gets the nearest that it has: maps and sets are
 * arrays, numbers and texts are bulks, truth is 1 or 0. Depth is bounded by what the decoder lets through.
 */
export function encodeResp(value: RespValue, version: RespVersion = 2): string {
  switch (value.type) {
    case '$':
      return `$${value.text.length}\r\n${value.text}\r\n`;
    case '+':
    case '-':
    case ':':
      return `${value.type}${value.text}\r\n`;
    case 'null':
      return version === 3 ? '_\r\n' : '$-1\r\n';
    case '*':
      return encodeItems(`*${value.items.length}\r\n`, value.items, version);
    case '%':
      return encodeItems(
        version === 3 ? `%${value.items.length / 2}\r\n` : `*${value.items.length}\r\n`,
        value.items,
        version,
      );
    case '~':
    case '>':
      return encodeItems(
        `${version === 3 ? value.type : '*'}${value.items.length}\r\n`,
        value.items,
        version,
      );
    default:
      return version === 3 ? encodeText(value) : asRespTwo(value);
  }
}

function encodeText({ type, text }: RespText): string {
  return type === '!' || type === '=' ? `${type}${text.length}\r\n${text}\r\n` : `${type}${text}\r\n`;
}

/** A text before its format (`txt:`) is no part of it. */
const formatLength = 4;

function asRespTwo({ type, text }: RespText): string {
  if (type === '#') return text === 't' ? ':1\r\n' : ':0\r\n';
  if (type === '!') return `-${text.replace(/[\r\n]+/g, ' ')}\r\n`;
  const bulk = type === '=' ? text.slice(formatLength) : text;
  return `$${bulk.length}\r\n${bulk}\r\n`;
}

function encodeItems(head: string, items: readonly RespValue[], version: RespVersion): string {
  let text = head;
  for (const item of items) text += encodeResp(item, version);
  return text;
}

/** A command as clients send it: an array of bulks. */
export function encodeCommand(words: readonly string[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${word.length}\r\n${word}\r\n`;
  return text;
}
