import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { parseTcpProxy } from '../../../../../../src/extensions/filters/network/tcp-proxy/config.js';
import { readText } from '../../../../../support/config-text.js';

const type = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';
const read = (text: string) => readText(type, `{stat_prefix: x, ${text}}`, parseTcpProxy);

test('what is not said has the defaults of the API', () => {
  const { value, problems } = read('cluster: a');
  deepEqual(problems, []);
  deepEqual(value.clusters, [{ name: 'a', weight: 1, metadataMatch: null }]);
  equal(value.idleTimeoutMs, 3_600_000);
  equal(value.maxConnectAttempts, 1);
  equal(value.backoff, null);
  equal(value.dialsAtOnce, true);
});

test('weights and back-off are read, the back-off with ten times its base as its end', () => {
  const { value } = read(
    'weighted_clusters: {clusters: [{name: a, weight: 2}, {name: b, weight: 3}]}, backoff_options: {base_interval: 0.02s}',
  );
  deepEqual(value.clusters, [
    { name: 'a', weight: 2, metadataMatch: null },
    { name: 'b', weight: 3, metadataMatch: null },
  ]);
  deepEqual(value.backoff, { baseMs: 20, maxMs: 200 });
});

test('waiting for bytes without room for them is a problem', () => {
  const { problems } = read('cluster: a, upstream_connect_mode: ON_DOWNSTREAM_DATA');
  match(problems.join(), /max_early_data_bytes/);
});

test('what is not built is reported as such', () => {
  const { unsupported } = read('cluster: a, on_demand: {odcds_config: {ads: {}}}');
  match(unsupported.join(), /on_demand/);
});

test("a weighted cluster's metadata is laid over that of all", () => {
  const match = (stage: string): string => `metadata_match: {filter_metadata: {envoy.lb: {${stage}}}}`;
  const { value } = read(
    `weighted_clusters: {clusters: [{name: a, weight: 1, ${match('s: two')}}]}, ${match('s: one, t: one')}`,
  );
  deepEqual(value.clusters[0]?.metadataMatch, { 'envoy.lb': { s: 'two', t: 'one' } });
});

test('hashing goes by the source or by filter state', () => {
  deepEqual(read('cluster: a, hash_policy: [{source_ip: {}}]').value.hash, { kind: 'source-ip' });
  deepEqual(read('cluster: a, hash_policy: [{filter_state: {key: k}}]').value.hash, {
    kind: 'filter-state',
    key: 'k',
  });
});

test('a TLV is a value or a format, one of the two', () => {
  const told = (entry: string) => read(`cluster: a, proxy_protocol_tlvs: [{ type: 225, ${entry} }]`).problems;
  deepEqual(told('value: YQ=='), []);
  deepEqual(told('format_string: { text_format_source: { inline_string: a } }'), []);
  deepEqual(told(''), ["Invalid TLV configuration: one of 'value' or 'format_string' must be set."]);
  deepEqual(told('value: YQ==, format_string: { text_format_source: { inline_string: a } }'), [
    "Invalid TLV configuration: only one of 'value' or 'format_string' may be set.",
  ]);
});
