import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestHeaders, ResponseHeaders } from '../../../src/base/header-map.js';
import { DateText, ResponseRules } from '../../../src/http/response-rules.js';
import { logScope } from '../../support/log-scope.js';
import { managerSettings } from './manager-settings.js';

type Pairs = readonly (readonly [name: string, value: string])[];

function ruled(yaml: string, pairs: Pairs = [], request: Pairs = [], isUpgrade = false): ResponseHeaders {
  const headers = new ResponseHeaders(200);
  for (const [name, value] of pairs) headers.add(name, value);
  const asked = new RequestHeaders();
  for (const [name, value] of request) asked.add(name, value);
  new ResponseRules(managerSettings(yaml), logScope().scope).apply(headers, asked, isUpgrade);
  return headers;
}

test('a response gets a date and the name of the server, in this order', () => {
  const headers = ruled('');
  deepEqual(headers.names, ['date', 'server']);
  equal(headers.get('server'), 'envoy');
});

test('the date of an origin is kept, its name is not', () => {
  const headers = ruled('', [
    ['date', 'then'],
    ['server', 'origin'],
  ]);
  deepEqual(headers.values, ['then', 'envoy']);
});

test('the name of an origin is kept where the configuration says so', () => {
  const mode = (name: string) => `server_header_transformation: ${name}`;
  equal(ruled(mode('PASS_THROUGH'), [['server', 'origin']]).get('server'), 'origin');
  equal(ruled(mode('PASS_THROUGH')).has('server'), false);
  equal(ruled(mode('APPEND_IF_ABSENT'), [['server', 'origin']]).get('server'), 'origin');
  equal(ruled(mode('APPEND_IF_ABSENT')).get('server'), 'envoy');
});

test('hop-by-hop fields end here, except those of an upgrade', () => {
  const pairs: Pairs = [
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
    ['keep-alive', 'x'],
    ['proxy-connection', 'x'],
    ['transfer-encoding', 'chunked'],
  ];
  deepEqual(ruled('', pairs).names, ['date', 'server']);
  deepEqual(ruled('', pairs, [], true).names, ['connection', 'upgrade', 'date', 'server']);
});

test('the request id is told when it is asked for', () => {
  const id = ['x-request-id', 'one'] as const;
  equal(ruled('', [], [id]).has('x-request-id'), false);
  equal(ruled('always_set_request_id_in_response: true', [], [id]).get('x-request-id'), 'one');
  equal(ruled('', [], [id, ['x-envoy-force-trace', '1']]).get('x-request-id'), 'one');
});

test('via is appended to', () => {
  equal(ruled('via: me', [['via', '1.1 back']]).get('via'), '1.1 back, me');
});

test('the date is written once a second, in GMT', () => {
  const date = new DateText();
  equal(date.at(784_111_777_000), 'Sun, 06 Nov 1994 08:49:37 GMT');
  equal(date.at(784_111_777_999), 'Sun, 06 Nov 1994 08:49:37 GMT');
  equal(date.at(784_111_778_000), 'Sun, 06 Nov 1994 08:49:38 GMT');
});
