import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load.js';
import { parseListener } from '../../../src/network/listener-config.js';
import { readText } from '../../support/config-text.js';
import { filesOf, registryOf } from '../config/fixtures.js';

const tcp = 'address: { socket_address: { address: 127.0.0.1, port_value: 1 } }';
const pipe = 'address: { pipe: { path: /tmp/x } }';

function reading(text: string) {
  return readText('envoy.config.listener.v3.Listener', text, (node) =>
    parseListener(node, 0, { accessLogs: () => [], isTerminal: () => true }),
  ).value;
}

/** Problems and unsupported fields of a listener. */
function told(text: string): readonly string[] {
  const loaded = loadConfig({
    path: 'x.yaml',
    files: filesOf({ 'x.yaml': text }),
    registry: registryOf([]),
    rootType: 'envoy.config.listener.v3.Listener',
  });
  parseListener(loaded.root, 0, { accessLogs: () => [], isTerminal: () => true });
  const { problems, unsupported } = loaded.finish();
  return [...problems.map(({ message }) => message), ...unsupported.map(({ path }) => path)];
}

test('listeners of kinds that are not supported are refused for that alone', () => {
  deepEqual(told('{ name: l, filter_chains: [{}] }'), [
    "error adding listener named 'l': address is necessary",
  ]);
  const udp = 'address: { socket_address: { protocol: UDP, address: 127.0.0.1, port_value: 1 } }';
  const quic = 'udp_listener_config: { quic_options: {} }';
  deepEqual(told(`{ name: l, ${udp}, udp_listener_config: {} }`), []);
  deepEqual(told(`{ name: l, ${udp}, ${quic}, filter_chains: [{}] }`), ['udp_listener_config.quic_options']);
  deepEqual(told(`{ name: l, ${udp}, filter_chains: [{}] }`), [
    "error adding listener '127.0.0.1:1': 1 filter chain(s) specified for connection-less UDP listener.",
  ]);
  const resolved = 'address: { socket_address: { address: "rc://a", resolver_name: r, port_value: 1 } }';
  deepEqual(told(`{ name: l, ${resolved}, filter_chains: [{}] }`), ['Unknown address resolver: r']);
});

test('what once said that a listener binds nothing still does', () => {
  const loaded = (text: string) => reading(`{ name: l, ${tcp}, filter_chains: [{}], ${text} }`).bindToPort;
  deepEqual(
    [loaded('deprecated_v1: { bind_to_port: false }'), loaded('bind_to_port: false'), loaded('')],
    [false, false, true],
  );
});

test('an internal listener has neither address nor options of sockets', () => {
  const inside = 'name: l, internal_listener: {}, filter_chains: [{}]';
  deepEqual(told(`{ ${inside} }`), []);
  deepEqual(told(`{ ${inside}, ${tcp} }`), [
    "error adding listener 'l': address should not be used when an internal listener config is provided",
  ]);
  for (const field of ['enable_reuse_port: true', 'tcp_backlog_size: 5', 'freebind: true']) {
    deepEqual(told(`{ ${inside}, ${field} }`), [
      "error adding listener named 'l': has unsupported tcp listener feature",
    ]);
  }
  const internal = 'address: { envoy_internal_address: { server_listener_name: l } }';
  deepEqual(told(`{ name: l, ${internal}, filter_chains: [{}] }`), [
    "error adding listener named 'l': use internal_listener field instead of address for internal listeners",
  ]);
});

/** Whether workers accept for themselves, and what the report says of the field that asks for it. */
function reusePort(...lines: readonly string[]): readonly [boolean, string | undefined] {
  const text = ['name: l', ...lines, 'filter_chains: [{}]', ''].join('\n');
  const loaded = loadConfig({
    path: 'x.yaml',
    files: filesOf({ 'x.yaml': text }),
    registry: registryOf([]),
    rootType: 'envoy.config.listener.v3.Listener',
  });
  const config = parseListener(loaded.root, 0, { accessLogs: () => [], isTerminal: () => true });
  const reports = loaded.finish().verdicts();
  return [config.reusePort, reports.find(({ origin }) => origin.path.endsWith('enable_reuse_port'))?.verdict];
}

test('workers accept for themselves where enable_reuse_port asks for it and nothing stands against it', () => {
  const asked = 'enable_reuse_port: true';
  deepEqual(reusePort(tcp), [false, undefined]);
  deepEqual(reusePort(tcp, 'enable_reuse_port: false'), [false, 'honoured']);
  deepEqual(reusePort(tcp, asked), [true, 'honoured']);
  deepEqual(reusePort(pipe, asked), [false, 'no-effect']);
  deepEqual(reusePort(tcp, asked, 'connection_balance_config: { exact_balance: {} }'), [false, 'no-effect']);
});
