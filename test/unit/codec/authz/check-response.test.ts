import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCheckAnswer } from '../../../../src/codec/authz/check-response.js';
import { WireWriter } from '../../../../src/codec/protobuf/wire-writer.js';

const answer = (text: string): ReturnType<typeof decodeCheckAnswer> =>
  decodeCheckAnswer(Buffer.from(text, 'latin1'));

function message(...fields: readonly (readonly [number: number, value: number | string | Buffer])[]): Buffer {
  const writer = new WireWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.number(number, value);
    else writer.block(number, typeof value === 'string' ? Buffer.from(value, 'latin1') : value);
  }
  return writer.finish();
}

const header = (
  key: string,
  value: string,
  ...rest: readonly (readonly [number, number | Buffer])[]
): Buffer => message([1, message([1, key], [2, value])], ...rest);

test('the status decides', () => {
  const bare = { metadata: {}, request: null, response: null };
  deepEqual(answer(''), { kind: 'ok', ...bare });
  deepEqual(answer('\x0a\x00'), { kind: 'ok', ...bare });
  deepEqual(answer('\x0a\x02\x08\x07'), { kind: 'denied', ...bare });
  deepEqual(answer('\x0a\x02\x08\x07\x2a\x00'), {
    kind: 'error',
    ...bare,
    response: { status: 0, headers: [], body: Buffer.alloc(0) },
  });
});

test('metadata comes along; that of the changes counts where there are two', () => {
  deepEqual(answer('\x22\x0a\x0a\x08\x0a\x01a\x12\x03\x1a\x01b')?.metadata, { a: 'b' });
  const of = (key: string): Buffer => message([1, message([1, key], [2, message([3, 'v'])])]);
  const both = message([3, message([3, of('inner')])], [4, of('outer')]);
  deepEqual(decodeCheckAnswer(both)?.metadata, { inner: 'v' });
});

test('changes of a request are read with how they are to be made', () => {
  const ok = message(
    [2, header('X-Set', 'a')],
    [2, header('x-app', 'b', [2, message([1, 1])])],
    [5, 'X-Gone'],
    [6, header('x-r', 'c', [3, 2])],
    [6, message([1, message([1, 'x-raw'], [3, '\xff'])])],
    [7, message([1, 'q'], [2, '1'])],
    [8, 'p'],
  );
  deepEqual(decodeCheckAnswer(message([3, ok]))?.request, {
    headers: [
      { name: 'x-set', value: 'a', append: null, action: 0 },
      { name: 'x-app', value: 'b', append: true, action: 0 },
    ],
    remove: ['x-gone'],
    responseHeaders: [
      { name: 'x-r', value: 'c', append: null, action: 2 },
      { name: 'x-raw', value: '\xff', append: null, action: 0 },
    ],
    setQuery: [['q', '1']],
    removeQuery: ['p'],
  });
});

test('a refusal has a status, headers and a body', () => {
  const denied = message([1, message([1, 401])], [2, header('x-why', 'so')], [3, 'no']);
  const found = decodeCheckAnswer(message([1, message([1, 7])], [2, denied]));
  deepEqual(found?.response, {
    status: 401,
    headers: [{ name: 'x-why', value: 'so', append: null, action: 0 }],
    body: Buffer.from('no'),
  });
});

test('bytes that are no answer are none', () => {
  equal(answer('\x0a\x7f'), null);
  equal(answer('\x22\x02\x0a\x7f'), null);
  equal(answer('\x0a\x01\x08'), null);
});
