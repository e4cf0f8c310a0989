import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { encodeResp } from '../../../../src/codec/redis/encode-resp.js';
import { RespDecoder } from '../../../../src/codec/redis/resp-decoder.js';

/** What of RESP3 a client of RESP2 sees. */
const conversions: readonly (readonly [from: string, to: string])[] = [
  ['_\r\n', '$-1\r\n'],
  ['#t\r\n', ':1\r\n'],
  ['#f\r\n', ':0\r\n'],
  [',1.5\r\n', '$3\r\n1.5\r\n'],
  ['(-3\r\n', '$2\r\n-3\r\n'],
  ['=5\r\ntxt:a\r\n', '$1\r\na\r\n'],
  ['!5\r\nE\r\nRR\r\n', '-E RR\r\n'],
  ['%1\r\n+a\r\n_\r\n', '*2\r\n+a\r\n$-1\r\n'],
  ['~1\r\n#t\r\n', '*1\r\n:1\r\n'],
  ['|1\r\n+a\r\n:1\r\n+b\r\n', '+b\r\n'],
  [':-0\r\n', ':0\r\n'],
  [':007\r\n', ':7\r\n'],
];

for (const [from, to] of conversions) {
  test(`${JSON.stringify(from)} is ${JSON.stringify(to)} in RESP2`, () => {
    let text = '';
    new RespDecoder({
      onValue: (value) => {
        text += encodeResp(value);
      },
    }).decode(from);
    equal(text, to);
  });
}
