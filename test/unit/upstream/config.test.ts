import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { leastRequest } from '../../../src/extensions/load-balancers/least-request/least-request.js';
import { random } from '../../../src/extensions/load-balancers/random/random.js';
import { roundRobin } from '../../../src/extensions/load-balancers/round-robin/round-robin.js';
import { type ClusterConfig, parseCluster } from '../../../src/upstream/config.js';
import { plainPolicy } from '../../support/balanced-cluster.js';
import { filesOf, loadText, registryOf } from '../config/fixtures.js';

const registry = registryOf([
  ['load.balancer', roundRobin],
  ['load.balancer', leastRequest],
  ['load.balancer', random],
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
    deepEqual(first?.http?.expected, [[200, 201]]);
    deepEqual(first?.http?.headersToAdd, [['x-a', 'b']]);
  });

  test('a second health check is not honoured, and said not to be', () => {
    const check =
      'timeout: 1s, interval: 2s, unhealthy_threshold: 3, healthy_threshold: 4, tcp_health_check: {}';
    const { unsupported } = read(`health_checks: [{name: a, ${check}}, {name: b, ${check}}]\n`);
    equal(
      unsupported.some((path) => path.endsWith('health_checks')),
      true,
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
      resolver: { kind: 'cares', servers: [], timeoutMs: 5000, tries: 4 },
    });
    deepEqual([config.waitForWarmOnInit, config.ignoreHealthOnHostRemoval], [false, true]);
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
