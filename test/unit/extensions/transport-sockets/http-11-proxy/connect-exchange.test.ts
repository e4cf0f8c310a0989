import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConnectAnswer,
  connectRequest,
} from '../../../../../src/extensions/transport-sockets/http-11-proxy/connect-exchange.js';

const take = (text: string): string => {
  const taken = new ConnectAnswer().take(Buffer.from(text));
  return typeof taken === 'string' ? taken : `open: ${taken.toString('latin1')}`;
};

test('the request names the host twice', () => {
  equal(connectRequest('a.example:443'), 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n');
});

test('an answer of 200 opens the way, and what follows it belongs to the host', () => {
  equal(take('HTTP/1.1 200 OK\r\n\r\n'), 'open: ');
  equal(take('HTTP/1.0 200\r\nvia: x\r\n\r\nhello'), 'open: hello');
});

test('any other answer closes it', () => {
  for (const text of [
    'HTTP/1.1 201 Made\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'junk\r\n\r\n',
    'HTTP/2 200 OK\r\n\r\n',
  ])
    equal(take(text), 'refused', text);
});

test('an answer comes in pieces of any length', () => {
  const answer = new ConnectAnswer();
  const text = 'HTTP/1.1 200 OK\r\nvia: x\r\n\r\n';
  for (const letter of text.slice(0, -1)) equal(answer.take(Buffer.from(letter)), 'wait');
  deepEqual(answer.take(Buffer.from('\nmore')), Buffer.from('more'));
});

test('an answer that does not end is refused when it is too long', () => {
  equal(take(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(2000)}`), 'refused');
  equal(take(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(2000)}\r\n\r\n`), 'refused');
});
