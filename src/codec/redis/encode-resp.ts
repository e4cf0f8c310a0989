import type { RespValue } from './resp-value.js';

/** The bytes of a value, one character each. Depth is bounded by what the decoder lets through. */
export function encodeResp(value: RespValue): string {
  switch (value.type) {
    case 'null':
      return '$-1\r\n';
    case '$':
    case '!':
      return `${value.type}${value.text.length}\r\n${value.text}\r\n`;
    case '*':
    case '~':
    case '>':
      return encodeItems(`${value.type}${value.items.length}\r\n`, value.items);
    case '%':
      return encodeItems(`%${value.items.length / 2}\r\n`, value.items);
    default:
      return `${value.type}${value.text}\r\n`;
  }
}

function encodeItems(head: string, items: readonly RespValue[]): string {
  let text = head;
  for (const item of items) text += encodeResp(item);
  return text;
}

/** A command as clients send it: an array of bulks. */
export function encodeCommand(words: readonly string[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${word.length}\r\n${word}\r\n`;
  return text;
}
