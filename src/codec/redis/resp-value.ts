/**
 * A value of the Redis serialization protocol, by the character that it starts with on the wire. Texts hold one
 * character per byte. Null bulks and null arrays of RESP2, and the null of RESP3, are one and the same.
 */
export type RespValue = RespText | RespNull | RespArray;

export interface RespText {
  /** `+ - :` and, of RESP3, `, # (`: one line. `$`, `!` and `=`: bytes with their length before them. */
  readonly type: '+' | '-' | ':' | ',' | '#' | '(' | '$' | '!' | '=';
  readonly text: string;
}

export interface RespNull {
  readonly type: 'null';
}

/** The version of the protocol that a connection speaks. */
export type RespVersion = 2 | 3;

/** RESP3's maps have their keys and values in turns. */
export interface RespArray {
  readonly type: '*' | '~' | '>' | '%';
  readonly items: readonly RespValue[];
}

export const respNull: RespNull = { type: 'null' };

/** An error of the proxy's own. It may repeat what a peer said, which must not look like the next reply. */
export function respError(text: string): RespText {
  return { type: '-', text: text.replace(/[\r\n]/g, ' ') };
}

export function respSimple(text: string): RespText {
  return { type: '+', text };
}

export function respBulk(text: string): RespText {
  return { type: '$', text };
}

export function respInteger(value: number): RespText {
  return { type: ':', text: String(value) };
}

export function respArray(items: readonly RespValue[]): RespArray {
  return { type: '*', items };
}
