import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { type ProbeText, parseProbe } from '../../../src/admin/probe.js';
import type { Probe } from '../../../src/api/explain.js';

const nothing: ProbeText = {
  request: '',
  headers: [],
  listener: '',
  source: '',
  destination: '',
  sni: '',
  alpn: '',
  isHttp2: false,
  random: '',
};

function read(request: string, more: Partial<ProbeText> = {}): Probe {
  const probe = parseProbe({ ...nothing, ...more, request });
  if (typeof probe === 'string') throw new Error(probe);
  return probe;
}

test('a request is a method and a URL, or the URL alone', () => {
  const { method, scheme, authority, path, isTls, serverName, applicationProtocols } = read(
    'post https://a.test:8443/x?y=1',
  );
  deepEqual(
    [method, scheme, authority, path, isTls, serverName, applicationProtocols],
    ['POST', 'https', 'a.test:8443', '/x?y=1', true, 'a.test', ['http/1.1']],
  );
  const plain = read('http://a.test');
  deepEqual([plain.method, plain.path, plain.isTls, plain.serverName], ['GET', '/', false, '']);
  equal(read('http://a.test?x').path, '/?x');
  deepEqual(read('https://a.test', { isHttp2: true }).applicationProtocols, ['h2']);
});

test('a host header stands for the authority, other headers are kept in lower case', () => {
  const probe = read('http://127.0.0.1:8080/', { headers: ['Host: b.test', 'X-A:  v ', 'x-a: w'] });
  equal(probe.authority, 'b.test');
  deepEqual(probe.headers, [
    ['x-a', 'v'],
    ['x-a', 'w'],
  ]);
});

test('addresses come with or without a port', () => {
  const probe = read('tcp://db:5432', { source: '10.1.2.3:99', destination: '[::1]:6', sni: 'db.test' });
  deepEqual(
    [probe.kind, probe.sourceIp, probe.sourcePort, probe.destinationIp, probe.destinationPort, probe.isTls],
    ['tcp', '10.1.2.3', 99, '::1', 6, true],
  );
  equal(read('tcp://db:5432').destinationPort, 5432);
  equal(read('tcp://db:5432', { source: '::2' }).sourceIp, '::2');
});

test('what cannot be read is told', () => {
  match(String(parseProbe({ ...nothing, request: 'ftp://a' })), /is no request/);
  match(String(parseProbe({ ...nothing, request: 'http://a', source: 'a' })), /is no address/);
  match(String(parseProbe({ ...nothing, request: 'http://a', headers: ['x'] })), /is no header/);
  match(String(parseProbe({ ...nothing, request: 'http://a', random: '-1' })), /is no random number/);
});
