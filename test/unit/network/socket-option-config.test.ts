import { deepEqual, equal, match } from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { test } from 'node:test';
import { socketCalls } from '../../../src/network/socket-calls.js';
import {
  applySocketOptions,
  parseKeepAlive,
  parseListenerOptions,
  parseSocketOptions,
} from '../../../src/network/socket-option-config.js';
import { readText } from '../../support/config-text.js';

const listenerType = 'envoy.config.listener.v3.Listener';
const withoutKoffi = socketCalls() === null ? 'koffi cannot load here' : false;

test('keep-alive is on where it says nothing of 0', () => {
  const read = (text: string): number[] =>
    readText('envoy.config.core.v3.TcpKeepalive', text, parseKeepAlive).value.map(({ name }) => name);
  deepEqual(read('{}'), [9]);
  deepEqual(read('{ keepalive_probes: 3, keepalive_time: 4, keepalive_interval: 5 }'), [9, 6, 4, 5]);
  deepEqual(read('{ keepalive_time: 0 }'), []);
});

test('fields of a listener are options of its sockets', () => {
  const text = '{ freebind: true, transparent: true, tcp_fast_open_queue_length: 7 }';
  const { value } = readText(listenerType, text, parseListenerOptions);
  deepEqual(
    value.map(({ family, name, value, state }) => [family, name, value, state]),
    [
      [4, 19, 1, 'STATE_PREBIND'],
      [6, 75, 1, 'STATE_PREBIND'],
      [4, 15, 1, 'STATE_PREBIND'],
      [6, 78, 1, 'STATE_PREBIND'],
      [0, 23, 7, 'STATE_LISTENING'],
    ],
  );
});

test('options for datagrams are not for streams', () => {
  const one = '{ level: 1, name: 2, int_value: 3 }';
  const two = '{ level: 1, name: 3, int_value: 3, type: { datagram: {} } }';
  const { value } = readText(listenerType, `{ socket_options: [${one}, ${two}] }`, (node) =>
    parseSocketOptions(node, 'socket_options'),
  );
  deepEqual(
    value.map(({ name }) => name),
    [2],
  );
});

test('an option that the system does not know is told of', { skip: withoutKoffi }, () => {
  const fd = socketCalls()?.streamSocket(false) ?? -1;
  const option = { level: 6, name: 4096, value: 1, state: 'STATE_PREBIND', family: 0 } as const;
  match(applySocketOptions(fd, [option], 'STATE_PREBIND', false), /6\/4096: ENOPROTOOPT/);
  equal(applySocketOptions(fd, [option], 'STATE_BOUND', false), '');
  equal(applySocketOptions(fd, [{ ...option, family: 6 }], 'STATE_PREBIND', false), '');
  closeSync(fd);
});
