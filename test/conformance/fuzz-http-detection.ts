import { equal } from 'node:assert/strict';
import { detectHttp } from '../../src/extensions/filters/listener/http-inspector/detect-http.js';
import { Dice } from './http1/mutations.js';
import { seededRandom } from './http1/random-cuts.js';

const seeds: readonly string[] = [
  'GET / HTTP/1.1\r\nhost: a\r\n\r\n',
  'POST /a?b HTTP/1.0\n\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
  'M-SEARCH * HTTP/1.1\r\n',
  'GET /\r\n',
  'UNSUBSCRIBE /x HTTP/2.0\r\n',
];

/** Bent first bytes: no throw, and a front never says anything but what the whole says. Answers how many were HTTP. */
export function fuzzHttpDetection(runs: number, seed: number): number {
  const dice = new Dice(seededRandom(seed));
  let accepted = 0;
  for (let run = 0; run < runs; run++) {
    const bytes = Buffer.from(dice.pick(seeds), 'latin1');
    for (let left = dice.below(4); left > 0; left--) bytes[dice.below(bytes.length)] = dice.below(256);
    const whole = detectHttp(bytes, bytes.length);
    if (whole !== 'none' && whole !== 'more') accepted++;
    const front = detectHttp(bytes, dice.below(bytes.length + 1));
    if (front !== 'more') equal(front, whole, bytes.toString('latin1'));
    run++;
  }
  return accepted;
}
