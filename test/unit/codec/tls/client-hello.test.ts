import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { readClientHello } from '../../../../src/codec/tls/client-hello.js';
import { ja3Text } from '../../../../src/codec/tls/fingerprints.js';

/** What a client of this Node sends first. */
async function helloOf(t: TestContext, options: ConnectionOptions): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = connect({ host: '127.0.0.1', port: address.port, ...options });
  client.on('error', () => undefined);
  const [socket] = await once(server, 'connection');
  const [bytes] = await once(socket, 'data');
  socket.destroy();
  client.destroy();
  return bytes as Buffer;
}

test('a ClientHello tells name, protocols, versions, groups and schemes in the order they were sent', async (t) => {
  const bytes = await helloOf(t, {
    servername: 'a.test',
    ALPNProtocols: ['h2', 'http/1.1'],
    ecdhCurve: 'P-256:X25519',
    sigalgs: 'rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256',
    ciphers: 'TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES128-GCM-SHA256',
  });
  const hello = readClientHello(bytes, bytes.length);
  if (typeof hello === 'string') throw new Error(hello);
  equal(hello.serverName, 'a.test');
  deepEqual(hello.alpn, ['h2', 'http/1.1']);
  deepEqual(hello.supportedVersions, [0x0304, 0x0303]);
  deepEqual(hello.supportedGroups, [0x17, 0x1d]);
  deepEqual(hello.keyShares, [0x17]);
  deepEqual(hello.signatureAlgorithms, [0x0804, 0x0403]);
  deepEqual(hello.cipherSuites, [0x1302, 0xc02f, 0x00ff]);
  equal(hello.wantsOcsp, false);
  equal(ja3Text(hello).split(',')[1], '4866-49199-255');
});

test('every cut of a ClientHello is incomplete, however it was cut into records', async (t) => {
  const bytes = await helloOf(t, { servername: 'a.test' });
  for (let length = 0; length < bytes.length; length++) equal(readClientHello(bytes, length), 'incomplete');
  const body = bytes.subarray(5);
  const split: Buffer[] = [];
  for (let at = 0; at < body.length; at += 50) {
    const part = body.subarray(at, at + 50);
    split.push(Buffer.from([22, 3, 1, 0, part.length]), part);
  }
  const records = Buffer.concat(split);
  deepEqual(readClientHello(records, records.length), readClientHello(bytes, bytes.length));
});

test('what is no ClientHello is told as Envoy tells it, when five bytes or a whole record have come', () => {
  const reading = (hex: string): unknown => {
    const bytes = Buffer.from(hex, 'hex');
    return readClientHello(bytes, bytes.length);
  };
  for (const [start, fault] of [
    ['GET / HTTP/1.1', 'HTTP_REQUEST'],
    ['CONNECT a:1', 'HTTPS_PROXY_REQUEST'],
    ['SSH-2', 'WRONG_VERSION_NUMBER'],
    ['PING', 'incomplete'],
  ] as const)
    equal(readClientHello(Buffer.from(start), start.length), fault);
  equal(reading('1602'), 'incomplete');
  equal(reading('1602010005'), 'WRONG_VERSION_NUMBER');
  equal(reading('1603ffffff'), 'ENCRYPTED_LENGTH_TOO_LONG');
  equal(reading('80160103010000'), 'DECODE_ERROR');
  equal(reading('1503010002'), 'incomplete');
  equal(reading('15030100020100'), 'UNEXPECTED_RECORD');
  equal(reading('1603010000'), 'incomplete');
  equal(reading('1603010000'.repeat(33)), 'TOO_MANY_EMPTY_FRAGMENTS');
  equal(reading('16030100050200000100'), 'UNEXPECTED_MESSAGE');
  equal(reading('160301000401ffffff'), 'EXCESSIVE_MESSAGE_SIZE');
  equal(reading('160301000401000000'), 'CLIENTHELLO_PARSE_FAILED');
  equal(reading('16030100'), 'incomplete');
});

test('no damage to a ClientHello makes the reader throw', async (t) => {
  const bytes = await helloOf(t, { servername: 'a.test', ALPNProtocols: ['h2'] });
  for (let at = 0; at < bytes.length; at++) {
    for (const value of [0, 0xff, (bytes[at] ?? 0) ^ 0x01]) {
      const copy = Buffer.from(bytes);
      copy[at] = value;
      const result = readClientHello(copy, copy.length);
      equal(typeof result === 'object' || /^(?:incomplete|[A-Z_]+)$/.test(result), true);
    }
  }
});
