import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { readProxyHeader } from '../../../../src/codec/proxy-protocol/proxy-header.js';

const line = 'PROXY TCP6 2001:DB8::1 ::2 1 65535\r\n';
const signature = '\r\n\r\n\0\r\nQUIT\n';
const binary = `${signature}\x21\x11\0\x11\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02\x03\0\x02ab`;

function read(text: string) {
  return readProxyHeader(Buffer.from(text, 'latin1'), text.length);
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

test('bytes that begin otherwise are no header, from the first that differs', () => {
  for (const text of ['G', 'PROXX', 'PROXY\t', '\r\n\r\n\0\r\nQUIX', '\r\nGET'])
    equal(read(text), 'absent', text);
});

test('a line that does not end and a version that is none are told by their version', () => {
  deepEqual(read(`PROXY TCP4 ${'1'.repeat(100)}`), { broken: 1 });
  deepEqual(read(`${signature}\x11\x11\0\x0c${'\0'.repeat(12)}`), { broken: 2 });
});
