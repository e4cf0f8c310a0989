import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCommand, encodeResp } from '../../../../src/codec/redis/encode-resp.js';
import { RespDecoder } from '../../../../src/codec/redis/resp-decoder.js';
import { respLimits } from '../../../../src/codec/redis/resp-limits.js';
import type { RespValue } from '../../../../src/codec/redis/resp-value.js';

function decodeAll(pieces: readonly string[]): RespValue[] | null {
  const values: RespValue[] = [];
  const decoder = new RespDecoder({ onValue: (value) => values.push(value) });
  for (const piece of pieces) if (!decoder.decode(piece)) return null;
  return values;
}

const samples = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':-12\r\n',
  '$5\r\na\r\nbc\r\n',
  '$0\r\n\r\n',
  '*0\r\n',
  '*2\r\n$1\r\na\r\n*2\r\n:1\r\n_\r\n',
  '=5\r\ntxt:a\r\n',
  '%1\r\n+a\r\n,1.5\r\n',
  '~1\r\n#t\r\n',
  '>1\r\n(123\r\n',
  '_\r\n',
  '!3\r\nERR\r\n',
];

test('values are written as they were read, however the bytes are cut', () => {
  const text = samples.join('');
  const whole = decodeAll([text]) ?? [];
  equal(whole.map((value) => encodeResp(value, 3)).join(''), text);
  equal(whole.length, samples.length);
  for (let cut = 1; cut < text.length; cut++) {
    deepEqual(decodeAll([text.slice(0, cut), text.slice(cut)]), whole);
  }
  deepEqual(decodeAll([...text]), whole);
});

test('a null array is a null', () => {
  deepEqual(decodeAll(['*-1\r\n']), [{ type: 'null' }]);
});

const wrong = [
  '*x\r\n',
  '$-2\r\n',
  '*+1\r\n',
  '$1\r\nab\r\n',
  ':x\r\n',
  '#x\r\n',
  '_x\r\n',
  ',x\r\n',
  '=1\r\na\r\n',
  '\u0000',
  '*1\n',
  '+a\rb',
];

for (const text of wrong) {
  test(`${JSON.stringify(text)} is no value`, () => {
    equal(decodeAll([text]), null);
  });
}

test('what the limits do not allow is refused before its bytes have come', () => {
  const limits = { ...respLimits, bulkBytes: 10, elements: 3, depth: 2, lineBytes: 20 };
  const accepts = (text: string): boolean =>
    new RespDecoder({ onValue: () => undefined }, limits).decode(text);
  equal(accepts('$10\r\n'), true);
  equal(accepts('$11\r\n'), false);
  equal(accepts('*3\r\n'), true);
  equal(accepts('*4\r\n'), false);
  equal(accepts('*1\r\n*1\r\n*1\r\n'), false);
  equal(accepts(`+${'a'.repeat(21)}`), false);
});

test('a line typed by hand is a command, with quotes and escapes as Redis has them', () => {
  const words = (line: string): unknown =>
    decodeAll([`${line}\r\n`])?.map((value) =>
      value.type === '*' ? value.items.map((item) => ('text' in item ? item.text : null)) : null,
    ) ?? null;
  deepEqual(words('  GET   a '), [['GET', 'a']]);
  deepEqual(words("SET \"a b\" 'c\\'d'"), [['SET', 'a b', "c'd"]]);
  deepEqual(words('ECHO "a\\x41\\n"'), [['ECHO', 'aA\n']]);
  deepEqual(words(''), [[]]);
  equal(words('SET "a b'), null);
  equal(words('ECHO ab"cd"'), null);
  equal(words('@a'), null);
});

test('nothing is told after a stop, even of bytes that are there', () => {
  const values: RespValue[] = [];
  const decoder: RespDecoder = new RespDecoder({
    onValue: (value) => {
      values.push(value);
      decoder.stop();
    },
  });
  equal(decoder.decode('+a\r\n+b\r\n'), true);
  equal(values.length, 1);
});

test('a command is an array of bulks', () => {
  equal(encodeCommand(['GET', 'é'].map((it) => it)), '*2\r\n$3\r\nGET\r\n$1\r\né\r\n');
});
