import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type ProxyHeader, readProxyHeader } from '../../../../src/codec/proxy-protocol/proxy-header.js';
import {
  writeLocalProxyHeader,
  writeProxyHeader,
  writeProxyLine,
} from '../../../../src/codec/proxy-protocol/proxy-header-writer.js';

const all = { allowsAbsent: false, disallowed: [] };

const ends = {
  four: [
    { ip: '10.0.0.1', port: 4096 },
    { ip: '10.0.0.2', port: 80 },
  ],
  six: [
    { ip: '2001::1', port: 4096 },
    { ip: '2001::2', port: 65_535 },
  ],
} as const;

for (const [name, [source, destination]] of Object.entries(ends)) {
  test(`a header of version 2 is read as it was written: ${name}`, () => {
    const tlvs = [
      { type: 2, value: Buffer.from('name') },
      { type: 0xe0, value: Buffer.alloc(0) },
    ];
    const bytes = writeProxyHeader(source, destination, tlvs)?.bytes ?? Buffer.alloc(0);
    const read = readProxyHeader(bytes, bytes.length, all) as ProxyHeader;
    deepEqual(read, { version: 2, length: bytes.length, source, destination, tlvs });
  });

  test(`a line is read as it was written: ${name}`, () => {
    const bytes = writeProxyLine(source, destination);
    const read = readProxyHeader(bytes, bytes.length, all) as ProxyHeader;
    deepEqual(read, { version: 1, length: bytes.length, source, destination, tlvs: [] });
  });
}

test('TLVs that do not fit are left out', () => {
  const [source, destination] = ends.four;
  const large = { type: 0xe0, value: Buffer.alloc(0xffff - 12 - 3) };
  equal(writeProxyHeader(source, destination, [large])?.isCut, false);
  const written = writeProxyHeader(source, destination, [large, { type: 0xe1, value: Buffer.from('x') }]);
  equal(written?.isCut, true);
  equal(written?.bytes.length, 16 + 0xffff);
});

test('ends of two families have no addresses', () => {
  equal(writeProxyLine(ends.four[0], ends.six[1]).toString(), 'PROXY UNKNOWN\r\n');
  equal(writeProxyHeader(ends.four[0], { ip: '/path', port: 0 }, []), null);
});

test('a connection of the sender is local', () => {
  const bytes = writeLocalProxyHeader();
  const read = readProxyHeader(bytes, bytes.length, all) as ProxyHeader;
  deepEqual([read.version, read.source, read.length], [2, null, 16]);
});
