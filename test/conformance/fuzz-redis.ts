import { equal, ok } from 'node:assert/strict';
import { MersenneTwister } from '../../src/base/mersenne-twister.js';
import { encodeCommand, encodeResp } from '../../src/codec/redis/encode-resp.js';
import { RespDecoder } from '../../src/codec/redis/resp-decoder.js';
import { type RespLimits, respLimits } from '../../src/codec/redis/resp-limits.js';
import { type RespValue, respArray, respBulk } from '../../src/codec/redis/resp-value.js';

const seeds = [
  '*2\r\n$3\r\nGET\r\n$1\r\na\r\n',
  '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\nvalue\r\n',
  '*2\r\n*1\r\n:1\r\n$-1\r\n',
  '*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n',
  '+OK\r\n-ERR x\r\n:-12\r\n',
  '%1\r\n+a\r\n,1.5\r\n~2\r\n#t\r\n_\r\n',
  '=5\r\ntxt:a\r\n!3\r\nERR\r\n(12345\r\n',
  '|1\r\n+a\r\n:1\r\n>2\r\n+b\r\n$0\r\n\r\n',
  'SET "a b" c\r\nGET \'x\'\r\n',
];

/** Small, so that inputs of some hundred bytes meet them. */
const tight: RespLimits = { bulkBytes: 8, lineBytes: 12, valueBytes: 24, elements: 6, depth: 3 };

interface Seen {
  readonly isWhole: boolean;
  /** What was told, as it would be written. */
  readonly text: string;
}

function decode(pieces: readonly string[], limits: RespLimits, hasCommands: boolean): Seen {
  let text = '';
  const onValue = (value: RespValue): void => {
    if (limits === tight) checkSize(value);
    text += encodeResp(value, 3);
  };
  const onCommand = (words: readonly string[], bytes: string): void => {
    equal(bytes, encodeCommand(words));
    onValue(respArray(words.map(respBulk)));
  };
  const decoder = new RespDecoder(hasCommands ? { onValue, onCommand } : { onValue }, limits);
  let given = 0;
  for (const piece of pieces) {
    given += piece.length;
    if (!decoder.decode(piece)) return { isWhole: false, text };
    ok(decoder.pendingBytes <= given);
  }
  return { isWhole: true, text };
}

function checkSize(value: RespValue): void {
  let elements = 0;
  const look = (it: RespValue, depth: number): void => {
    if ('text' in it) ok(it.text.length <= Math.max(tight.bulkBytes, tight.lineBytes + 24), it.text);
    if (!('items' in it)) return;
    ok(depth < tight.depth || it.items.length === 0);
    elements += it.items.length;
    for (const item of it.items) look(item, depth + 1);
  };
  look(value, 0);
  // Words of a line are no elements: the line has a limit of its own.
  ok(elements <= tight.elements || elements <= tight.lineBytes + 24);
}

/** Broken RESP: the same values however it is cut and whoever listens; what was read is written so that it reads the same. Answers how many were values to their end. */
export function fuzzRedis(runs: number, seed: number): number {
  const draw = new MersenneTwister(seed);
  let accepted = 0;
  for (let run = 0; run < runs; run++) {
    const text = input(draw);
    const limits = run % 4 === 0 ? tight : respLimits;
    const pieces = cut(text, draw);
    // Runs are executions of the decoder: what is compared with another one takes turns.
    const seen = decode(pieces, limits, run % 2 === 0);
    if (seen.isWhole) accepted++;
    if (run % 3 === 0) {
      const whole = decode([text], limits, run % 2 !== 0);
      run++;
      // What is refused in pieces may be refused earlier: a number is looked at before its line has ended.
      if (seen.isWhole) equal(seen.text, whole.text, JSON.stringify(text));
      equal(seen.isWhole, whole.isWhole, JSON.stringify(text));
    }
    if (run % 5 === 0 && limits === respLimits) {
      run++;
      equal(decode([seen.text], limits, false).text, seen.text, JSON.stringify(text));
    }
  }
  return accepted;
}

function input(draw: MersenneTwister): string {
  let text = '';
  for (let i = 1 + (draw.next() % 3); i > 0; i--) text += seeds[draw.next() % seeds.length] ?? '';
  for (let i = draw.next() % 3; i > 0; i--) text = mutate(text, draw);
  return text;
}

function cut(text: string, draw: MersenneTwister): readonly string[] {
  const pieces: string[] = [];
  let at = 0;
  for (let i = draw.next() % 4; i > 0; i--) {
    const next = at + (draw.next() % (text.length - at + 1));
    pieces.push(text.slice(at, next));
    at = next;
  }
  return [...pieces, text.slice(at)];
}

const alphabet = '*$:+-%~>|=!#_,(0123456789\r\n"\'\\ aE.';

function mutate(text: string, draw: MersenneTwister): string {
  if (text === '') return text;
  const at = draw.next() % text.length;
  const kind = draw.next() % 5;
  if (kind === 0) return text.slice(0, at) + text.slice(at + 1);
  if (kind === 1) return text.slice(0, at);
  if (kind === 2) return text.slice(0, at) + text.slice(draw.next() % text.length);
  const isOdd = draw.next() % 4 === 0;
  const byte = isOdd
    ? String.fromCharCode(draw.next() % 256)
    : (alphabet[draw.next() % alphabet.length] ?? '');
  return text.slice(0, at) + byte + text.slice(kind === 3 ? at : at + 1);
}
