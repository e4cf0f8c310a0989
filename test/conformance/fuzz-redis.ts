import { deepEqual, equal } from 'node:assert/strict';
import { MersenneTwister } from '../../src/base/mersenne-twister.js';
import { encodeResp } from '../../src/codec/redis/encode-resp.js';
import { RespDecoder } from '../../src/codec/redis/resp-decoder.js';
import type { RespValue } from '../../src/codec/redis/resp-value.js';

const seeds = [
  '*2\r\n$3\r\nGET\r\n$1\r\na\r\n',
  '*2\r\n*1\r\n:1\r\n$-1\r\n',
  '+OK\r\n-ERR x\r\n',
  '%1\r\n+a\r\n,1.5\r\n',
  'SET "a b" c\r\n',
];

function decode(pieces: readonly string[]): {
  readonly values: readonly RespValue[];
  readonly isWhole: boolean;
} {
  const values: RespValue[] = [];
  const decoder = new RespDecoder({ onValue: (value) => values.push(value) });
  return { isWhole: pieces.every((piece) => decoder.decode(piece)), values };
}

/** Broken RESP: the same values however it is cut, and what was read is written so that it reads the same. Answers how many were values to their end. */
export function fuzzRedis(runs: number, seed: number): number {
  const draw = new MersenneTwister(seed);
  let accepted = 0;
  for (let run = 0; run < runs; run++) {
    const first = seeds[draw.next() % seeds.length] ?? '';
    const second = seeds[draw.next() % seeds.length] ?? '';
    const text = mutate(first + second, draw);
    const whole = decode([text]);
    const cut = draw.next() % (text.length + 1);
    const pieces = decode([text.slice(0, cut), text.slice(cut)]);
    equal(pieces.isWhole, whole.isWhole, JSON.stringify(text));
    deepEqual(pieces.values, whole.values, JSON.stringify(text));
    deepEqual(
      decode([whole.values.map((value) => encodeResp(value, 3)).join('')]).values,
      whole.values,
      JSON.stringify(text),
    );
    if (whole.isWhole) accepted++;
  }
  return accepted;
}

function mutate(text: string, draw: MersenneTwister): string {
  const at = draw.next() % text.length;
  const kind = draw.next() % 4;
  if (kind === 0) return text;
  if (kind === 1) return text.slice(0, at) + text.slice(at + 1);
  const byte = String.fromCharCode(draw.next() % 256);
  return text.slice(0, at) + byte + text.slice(kind === 2 ? at : at + 1);
}
