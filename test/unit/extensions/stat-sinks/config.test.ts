import { deepEqual, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigNode } from '../../../../src/api/config-node.js';
import type { ExtensionRegistry } from '../../../../src/api/extension.js';
import { loadConfig } from '../../../../src/config/load.js';
import type { ConfigFiles } from '../../../../src/config/node/read-context.js';
import { dogStatsd } from '../../../../src/extensions/stat-sinks/dog-statsd/dog-statsd.js';
import { statsd } from '../../../../src/extensions/stat-sinks/statsd/statsd.js';

const registry: ExtensionRegistry = { find: () => undefined, findByName: () => undefined, list: () => [] };
const files: ConfigFiles = { env: () => undefined, read: () => Buffer.alloc(0) };

function parse<C>(
  factory: { typeUrl: string; parse: (node: ConfigNode) => C },
  yamlText: string,
): { config: C; complaints: string[] } {
  const loaded = loadConfig({ yamlText, registry, files, rootType: factory.typeUrl });
  const config = factory.parse(loaded.root);
  const { problems, unsupported } = loaded.finish();
  return {
    config,
    complaints: [...problems, ...unsupported].map(({ path, message }) => `${path}: ${message}`),
  };
}

test('statsd reads its address and prefix', () => {
  const { config, complaints } = parse(
    statsd,
    '{address: {socket_address: {address: 127.0.0.1, port_value: 8125}}}',
  );
  deepEqual(config, { address: '127.0.0.1', port: 8125, prefix: 'envoy', tcpCluster: '' });
  deepEqual(complaints, []);
});

test('statsd over TCP goes to a cluster', () => {
  const { config, complaints } = parse(statsd, '{tcp_cluster_name: x, prefix: p}');
  deepEqual(config, { address: '', port: 0, prefix: 'p', tcpCluster: 'x' });
  deepEqual(complaints, []);
});

test('addresses are literal', () => {
  const { complaints } = parse(statsd, '{address: {socket_address: {address: localhost, port_value: 8125}}}');
  match(complaints[0]!, /malformed IP address: localhost/);
});

test('dog_statsd reads the size of its datagrams', () => {
  const { config, complaints } = parse(
    dogStatsd,
    '{address: {socket_address: {protocol: UDP, address: "::1", port_value: 8125}}, prefix: p, max_bytes_per_datagram: 512}',
  );
  deepEqual(config, { address: '::1', port: 8125, prefix: 'p', maxBytes: 512 });
  deepEqual(complaints, []);
});
