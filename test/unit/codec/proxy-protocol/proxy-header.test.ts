import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type ProxyHeaderRules, readProxyHeader } from '../../../../src/codec/proxy-protocol/proxy-header.js';

const line = 'PROXY TCP6 2001:DB8::1 ::2 1 65535\r\n';
const signature = '\r\n\r\n\0\r\nQUIT\n';
const binary = `${signature}\x21\x11\0\x11\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02\x03\0\x02ab`;

function read(text: string, rules: Partial<ProxyHeaderRules> = {}) {
  const all = { allowsAbsent: false, disallowed: [], ...rules };
  return readProxyHeader(Buffer.from(text, 'latin1'), text.length, all);
}

test('a line and a binary header give both ends, in canonical form', () => {
  deepEqual(read(`${line}rest`), {
    version: 1,
    length: line.length,
    source: { ip: '2001:db8::1', port: 1 },
    destination: { ip: '::2', port: 65535 },
    tlvs: [],
  });
  deepEqual(read(`${binary}rest`), {
    version: 2,
    length: binary.length,
    source: { ip: '1.2.3.4', port: 1 },
    destination: { ip: '5.6.7.8', port: 2 },
    tlvs: [{ type: 3, value: Buffer.from('ab') }],
  });
});

test('every front of a header is incomplete, and only its end completes it', () => {
  for (const header of [line, binary])
    for (let i = 1; i < header.length; i++) equal(read(header.slice(0, i)), 'incomplete', String(i));
});

test('where a header may be absent, the first byte that differs says so', () => {
  for (const text of ['G', 'PROXX', 'PROXY\t', '\r\n\r\n\0\r\nQUIX', '\r\nGET'])
    equal(read(text, { allowsAbsent: true }), 'absent', text);
  for (const disallowed of [1, 2] as const) {
    const text = disallowed === 1 ? line : binary;
    equal(read(text, { allowsAbsent: true, disallowed: [disallowed] }), 'absent', text);
  }
});

test('where there must be one, sixteen bytes or a line show that there is none', () => {
  for (const text of ['hi', 'PROXYX', '0123456789abcde', '\r\nGET / HTTP/1'])
    equal(read(text), 'incomplete', text);
  for (const text of ['0123456789abcdef', 'GET / HTTP/1.1\r\n', '\r\n\r\n\0\r\nQUIX\n\x21\x11\0\x0c'])
    equal(read(text), 'missing', text);
  for (const text of ['GET /\r\n', 'PROXY\r\n']) deepEqual(read(text), { broken: 1 }, text);
});

test('a line has 108 bytes at most, with its end, and may have blanks before it', () => {
  const lineOf = (length: number): string => `PROXY UNKNOWN ${'x'.repeat(length - 16)}\r\n`;
  equal(typeof read(lineOf(108)), 'object');
  deepEqual(read(lineOf(109)), { broken: 1 });
  equal(read(`PROXY ${'x'.repeat(102)}`), 'incomplete');
  equal(read(`PROXY ${'x'.repeat(103)}`), 'missing');
  deepEqual(read(line.replace('\r\n', ' \t\r\n')), { ...(read(line) as object), length: line.length + 2 });
});

test('a version that is not taken is told before anything it says', () => {
  deepEqual(read('PROXY TCP5\r\n', { disallowed: [1] }), { disallowed: 1 });
  deepEqual(read(`${signature}\x31\x11\0\x0c`, { disallowed: [2] }), { disallowed: 2 });
});

test('a version that is none is told', () => {
  deepEqual(read(`${signature}\x11\x11\0\x0c${'\0'.repeat(12)}`), { broken: 2 });
});
deepEqual(read(`${signature}\x11\x11\0\x0c${'\0'.repeat(12)}`), { broken: 2 });
