import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientHello } from '../../../../../src/codec/tls/client-hello.js';
import {
  cipherString,
  clientOrder,
} from '../../../../../src/extensions/transport-sockets/tls/cipher-order.js';
import { failureText } from '../../../../../src/extensions/transport-sockets/tls/failure-text.js';
import { isDnsMatch } from '../../../../../src/extensions/transport-sockets/tls/peer-check.js';
import { SessionCache } from '../../../../../src/extensions/transport-sockets/tls/session-cache.js';
import { defaultTlsParams } from '../../../../../src/extensions/transport-sockets/tls/tls-params.js';

function hello(cipherSuites: readonly number[], supportedVersions: readonly number[]): ClientHello {
  return {
    legacyVersion: 0x0303,
    cipherSuites,
    extensions: [],
    serverName: '',
    alpn: [],
    supportedVersions,
    supportedGroups: [],
    keyShares: [],
    signatureAlgorithms: [],
    pointFormats: [],
    wantsOcsp: false,
  };
}

test('of TLS 1.3 the cipher that the client names first is taken', () => {
  const params = defaultTlsParams(true);
  const order = clientOrder(params, hello([0x1303, 0x1301], [0x0304]), false);
  equal(order.ciphers13[0], 'TLS_CHACHA20_POLY1305_SHA256');
  equal(order.key, '13 TLS_CHACHA20_POLY1305_SHA256');
});

test('below TLS 1.3 the client decides within a group of equals, the server between groups', () => {
  const params = defaultTlsParams(true);
  const chachaFirst = hello([0xc030, 0xcca8, 0xc02f], [0x0303]);
  deepEqual(clientOrder(params, chachaFirst, false).ciphers12, [
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
  ]);
  equal(clientOrder(params, chachaFirst, true).ciphers12[0], 'ECDHE-RSA-AES256-GCM-SHA384');
});

test('clients that stop at TLS 1.2 name no cipher of TLS 1.3', () => {
  const params = defaultTlsParams(false);
  const text = cipherString(params, clientOrder(params, null, false));
  equal(text.includes('TLS_'), false);
  equal(text.endsWith('@SECLEVEL=0'), true);
});

test('a wildcard stands for one label, and not in names that are encoded', () => {
  equal(isDnsMatch('a.b.test', '*.b.test'), true);
  equal(isDnsMatch('A.B.test', '*.b.TEST'), true);
  equal(isDnsMatch('x.a.b.test', '*.b.test'), false);
  equal(isDnsMatch('b.test', '*.b.test'), false);
  equal(isDnsMatch('foo1.b.test', 'foo*.b.test'), true);
  equal(isDnsMatch('bar1.b.test', 'foo*.b.test'), false);
  equal(isDnsMatch('xn--x.b.test', 'xn--*.b.test'), false);
  equal(isDnsMatch('a.b.test', 'a.*.test'), false);
  equal(isDnsMatch('a', '*'), false);
});

test('errors of the library come in the words and numbers of Envoy, those of the system not at all', () => {
  const words = 'SSL routines:OPENSSL_internal';
  equal(failureText('ERR_SSL_HTTP_REQUEST'), `TLS_error:|268435612:${words}:HTTP_REQUEST:TLS_error_end`);
  equal(
    failureText('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'),
    `TLS_error:|268436504:${words}:TLSV1_ALERT_UNKNOWN_CA:TLS_error_end`,
  );
  equal(
    failureText('ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'),
    `TLS_error:|268436502:${words}:SSLV3_ALERT_CERTIFICATE_UNKNOWN:TLS_error_end`,
  );
  equal(failureText('ECONNRESET'), '');
});

test('sessions are given out once, the newest first, and no more are kept than was said', () => {
  const cache = new SessionCache(2);
  for (const name of ['1', '2', '3']) cache.add('host', Buffer.from(name));
  equal(cache.take('host')?.toString(), '3');
  equal(cache.take('host')?.toString(), '2');
  equal(cache.take('host'), undefined);
  new SessionCache(0).add('host', Buffer.from('x'));
});
