import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { leastRequest } from '../../../src/extensions/load-balancers/least-request/least-request.js';
import { random } from '../../../src/extensions/load-balancers/random/random.js';
import { roundRobin } from '../../../src/extensions/load-balancers/round-robin/round-robin.js';
import { upstreamRawBuffer } from '../../../src/extensions/transport-sockets/raw-buffer/raw-buffer.js';
import { upstreamTls } from '../../../src/extensions/transport-sockets/tls/upstream-tls.js';
import { type ClusterConfig, parseCluster } from '../../../src/upstream/config.js';
import { plainPolicy } from '../../support/balanced-cluster.js';
import { filesOf, loadText, registryOf } from '../config/fixtures.js';

const registry = registryOf([
  ['load.balancer', roundRobin],
  ['load.balancer', leastRequest],
  ['load.balancer', random],
  ['transport.socket.upstream', upstreamTls],
  ['transport.socket.upstream', upstreamRawBuffer],
]);

/** A cluster from the text of its fields, with what is wrong with it. */
function read(fields: string): {
  config: ClusterConfig;
  problems: readonly string[];
  unsupported: readonly string[];
} {
  const text = `name: c\n${fields}`;
  const files = filesOf({ 'x.yaml': text });
  const loaded = loadText(text, 'x.yaml', { rootType: 'envoy.config.cluster.v3.Cluster', registry, files });
  deepEqual(loaded.problems, []);
  const config = parseCluster(loaded.root);
  const { problems, unsupported } = loaded.finish();
  return {
    config,
    problems: problems.map(({ message }) => message),
    unsupported: unsupported.map(({ path }) => path),
  };
}

/** A cluster that is as it should be. */
function parsed(fields: string): { config: ClusterConfig } {
  const { config, problems } = read(fields);
  deepEqual(problems, []);
  return { config };
}

const socket = (type: string): string =>
  `{name: s, typed_config: {"@type": type.googleapis.com/envoy.extensions.transport_sockets.${type}}}`;

const typed = (type: string, fields = ''): string => `load_balancing_policy:
  policies:
  - typed_extension_config:
      name: x
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.${type}
${fields}`;

describe('cluster configuration', () => {
  test('the old enum and the typed policy name the same balancers', () => {
    const pairs = [
      ['ROUND_ROBIN', 'round_robin.v3.RoundRobin', roundRobin.typeUrl],
      ['LEAST_REQUEST', 'least_request.v3.LeastRequest', leastRequest.typeUrl],
      ['RANDOM', 'random.v3.Random', random.typeUrl],
    ] as const;
    for (const [policy, type, typeUrl] of pairs) {
      equal(parsed(`lb_policy: ${policy}\n`).config.balancer.typeUrl, typeUrl);
      equal(parsed(typed(type)).config.balancer.typeUrl, typeUrl);
    }
  });

  test('fields of other policies than the one that balances have no effect', () => {
    const idle = [
      'ring_hash_lb_config: {minimum_ring_size: 50, maximum_ring_size: 5}',
      'maglev_lb_config: {table_size: 50}',
      'lb_policy: RANDOM\nleast_request_lb_config: {choice_count: 3}',
      'lb_policy: RING_HASH\nround_robin_lb_config: {}',
      'lb_policy: RING_HASH\ncommon_lb_config: {zone_aware_lb_config: {}}',
      'type: STRICT_DNS\ncommon_lb_config: {consistent_hashing_lb_config: {use_hostname_for_hashing: true}}',
      'lb_subset_config: {fallback_policy: DEFAULT_SUBSET, default_subset: {a: b}, list_as_any: true}',
      `ring_hash_lb_config: {}\n${typed('random.v3.Random')}`,
    ];
    for (const fields of idle) {
      const { problems, unsupported } = read(`${fields}\n`);
      deepEqual([fields, ...problems, ...unsupported], [fields]);
    }
  });

  test('what the fields of balancing exclude is refused in Envoy’s words', () => {
    const combined = 'cluster: load_balancing_policy cannot be combined with';
    const policy = typed('random.v3.Random');
    const refused = [
      ['lb_policy: LOAD_BALANCING_POLICY_CONFIG', 'cluster: field load_balancing_policy need to be set'],
      [`lb_subset_config: {}\n${policy}`, `${combined} lb_subset_config`],
      [
        `common_lb_config: {locality_weighted_lb_config: {}}\n${policy}`,
        `${combined} partial fields (zone_aware_lb_config, locality_weighted_lb_config, consistent_hashing_lb_config) of common_lb_config`,
      ],
      [
        'common_lb_config: {consistent_hashing_lb_config: {use_hostname_for_hashing: true}}',
        "Cannot use hostname for consistent hashing loadbalancing for cluster of type: 'envoy.cluster.static'",
      ],
      [
        'lb_subset_config: {locality_weight_aware: true}',
        'Locality weight aware subset LB requires that a locality_weighted_lb_config be set in c',
      ],
      [
        'load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{}]}]}',
        'an endpoint needs an address',
      ],
    ];
    for (const [fields, text] of refused) deepEqual(read(`${fields}\n`).problems, [text]);
  });

  test('least request reads choices, bias and its runtime key, and whether it scans all', () => {
    const old =
      'lb_policy: LEAST_REQUEST\nleast_request_lb_config: {choice_count: 3, active_request_bias: {default_value: 0.5, runtime_key: k}}\n';
    deepEqual(parsed(old).config.balancer.config, {
      ...plainPolicy,
      choiceCount: 3,
      bias: 0.5,
      biasKey: 'k',
      isFullScan: false,
    });
    const fields = '        choice_count: 3\n        selection_method: FULL_SCAN\n';
    deepEqual(parsed(typed('least_request.v3.LeastRequest', fields)).config.balancer.config, {
      ...plainPolicy,
      choiceCount: 3,
      bias: 1,
      biasKey: '',
      isFullScan: true,
    });
  });

  test('slow start and localities read the same from the policy and from the cluster', () => {
    const slow = 'slow_start_config: {slow_start_window: 10s, min_weight_percent: {value: 20}}';
    const expected = {
      slowStart: { windowMs: 10_000, aggression: 1, aggressionKey: '', minimum: 0.2 },
      locality: { ...plainPolicy.locality, kind: 'weighted' },
    };
    const fields = `        ${slow}\n        locality_lb_config: {locality_weighted_lb_config: {}}\n`;
    deepEqual(parsed(typed('round_robin.v3.RoundRobin', fields)).config.balancer.config, expected);
    const old = `round_robin_lb_config: {${slow}}\ncommon_lb_config: {locality_weighted_lb_config: {}}\n`;
    deepEqual(parsed(old).config.balancer.config, expected);
  });

  test('a ring whose least size is above its largest and a table that is not prime are refused', () => {
    const ring =
      'lb_policy: RING_HASH\nring_hash_lb_config: {minimum_ring_size: 20, maximum_ring_size: 10}\n';
    match(read(ring).problems.join(), /minimum_ring_size \(20\) > maximum_ring_size \(10\)/);
    match(read('lb_policy: MAGLEV\nmaglev_lb_config: {table_size: 100}\n').problems.join(), /prime/);
  });

  test('intervals of a health check fall back one to another', () => {
    const check = 'timeout: 1s, interval: 2s, unhealthy_threshold: 3, healthy_threshold: 4';
    const http = 'http_health_check: {path: /h, request_headers_to_add: [{header: {key: X-A, value: b}}]}';
    const { config } = parsed(`health_checks: [{${check}, unhealthy_interval: 5s, ${http}}]\n`);
    const [first] = config.healthChecks;
    deepEqual(
      [
        first?.intervalMs,
        first?.healthyEdgeIntervalMs,
        first?.unhealthyIntervalMs,
        first?.unhealthyEdgeIntervalMs,
      ],
      [2000, 2000, 5000, 5000],
    );
    deepEqual([first?.noTrafficIntervalMs, first?.noTrafficHealthyIntervalMs], [60_000, 60_000]);
    const kind = first?.check.kind === 'http' ? first.check.http : null;
    deepEqual(kind?.expected, [[200, 201]]);
    deepEqual(
      kind?.headers.add.map(({ name, value }) => [name, value]),
      [['x-a', 'b']],
    );
  });

  test('several health checks each need a name of their own', () => {
    const check =
      'timeout: 1s, interval: 2s, unhealthy_threshold: 3, healthy_threshold: 4, tcp_health_check: {}';
    const problems = (checks: string): string => read(`health_checks: [${checks}]\n`).problems.join();
    equal(problems(`{name: a, ${check}}, {name: b, ${check}}`), '');
    match(problems(`{name: a, ${check}}, {${check}}`), /health check at index 1 is missing a name/);
    match(problems(`{name: a, ${check}}, {name: a, ${check}}`), /duplicate health check name 'a' at index 1/);
  });

  test('health checks that cannot work are refused', () => {
    const problems = (kind: string, rest = ''): string =>
      read(
        `health_checks: [{timeout: 1s, interval: 2s, unhealthy_threshold: 3, healthy_threshold: 4, ${kind}}]\n${rest}`,
      ).problems.join();
    match(problems('grpc_health_check: {}'), /must support HTTP\/2 for gRPC healthchecking/);
    equal(problems('grpc_health_check: {}', 'http2_protocol_options: {}\n'), '');
    match(problems('tcp_health_check: {send: {text: "616"}}'), /invalid hex string '616'/);
    match(problems('http_health_check: {path: /h, send: {text: "61"}}'), /payload with method 'GET'/);
    match(
      problems('http_health_check: {path: /h, response_buffer_size: 1, receive: [{text: "6162"}]}'),
      /expected response length '2' is over than http health response buffer size '1'/,
    );
  });

  test('a DNS cluster has its rates, family and servers', () => {
    const { config } = parsed(`type: STRICT_DNS
dns_refresh_rate: 7s
dns_failure_refresh_rate: {base_interval: 1s, max_interval: 4s}
dns_lookup_family: V4_PREFERRED
respect_dns_ttl: true
wait_for_warm_on_init: false
ignore_health_on_host_removal: true
`);
    deepEqual(config.dns, {
      refreshMs: 7000,
      respectTtl: true,
      jitterMs: 0,
      failureBaseMs: 1000,
      failureMaxMs: 4000,
      family: 'V4_PREFERRED',
      leastRefreshMs: 0,
      resolver: { kind: 'shared', servers: [], timeoutMs: 5000, tries: 4 },
    });
    deepEqual([config.waitForWarmOnInit, config.ignoreHealthOnHostRemoval], [false, true]);
  });

  test('a negotiated protocol wants transports that negotiate', () => {
    const http = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
    const auto = `typed_extension_protocol_options: {${http}: {"@type": type.googleapis.com/${http}, auto_config: {}}}\n`;
    const tls = socket('tls.v3.UpstreamTlsContext');
    const raw = socket('raw_buffer.v3.RawBuffer');
    const refusal = 'ALPN configured for cluster c which has a non-ALPN transport socket';
    equal(parsed(`${auto}transport_socket: ${tls}\n`).config.protocol, 'negotiated');
    deepEqual(read(auto).problems, [refusal]);
    deepEqual(read(`${auto}transport_socket: ${raw}\n`).problems, [refusal]);
    const matches = `transport_socket_matches: [{name: m, match: {}, transport_socket: ${raw}}]\n`;
    deepEqual(read(`${auto}transport_socket: ${tls}\n${matches}`).problems, [`${refusal} matcher`]);
  });

  test('outlier detection has its defaults, and the longest ejection is at least the base time', () => {
    const { config } = parsed('outlier_detection: {base_ejection_time: 400s}\n');
    deepEqual(
      [config.outlier?.baseEjectionMs, config.outlier?.maxEjectionMs, config.outlier?.maxEjectionPercent],
      [400_000, 400_000, 10],
    );
    equal(config.outlier?.unejectOnHealthCheck, true);
    equal(parsed('').config.outlier, null);
  });
});

test('a cluster of a foreign type or with a foreign transport socket is refused for that alone', () => {
  const foreign = `lb_policy: CLUSTER_PROVIDED
cluster_type: {name: x, typed_config: {"@type": type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig}}`;
  const cluster = read(foreign);
  deepEqual([cluster.problems, cluster.unsupported], [[], ['cluster_type.typed_config']]);
  const auto = `typed_extension_protocol_options:
  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
    auto_config: {}
transport_socket: ${socket('starttls.v3.UpstreamStartTlsConfig, tls_socket_config: {}')}`;
  const socketed = read(auto);
  deepEqual([socketed.problems, socketed.unsupported], [[], ['transport_socket.typed_config']]);
});

test('the pools that a cluster has anyway are accepted, others refused by name', () => {
  const pool = (type: string): string =>
    `upstream_config: {name: p, typed_config: {"@type": type.googleapis.com/envoy.extensions.upstreams.${type}}}`;
  for (const type of [
    'http.generic.v3.GenericConnectionPoolProto',
    'http.http.v3.HttpConnectionPoolProto',
    'tcp.generic.v3.GenericConnectionPoolProto',
  ])
    deepEqual(read(pool(type)).unsupported, []);
  for (const type of ['http.tcp.v3.TcpConnectionPoolProto', 'http.udp.v3.UdpConnectionPoolProto'])
    deepEqual(read(pool(type)).unsupported, ['upstream_config']);
});
