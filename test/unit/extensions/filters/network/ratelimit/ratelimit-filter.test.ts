import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkStatus } from '../../../../../../src/api/network-filter.js';
import type { NetworkRateLimitConfig } from '../../../../../../src/extensions/filters/network/ratelimit/config.js';
import { networkRateLimit } from '../../../../../../src/extensions/filters/network/ratelimit/ratelimit.js';
import { networkThreads } from '../../../../../support/network-thread.js';

const config: NetworkRateLimitConfig = {
  statPrefix: 'own',
  domain: 'd',
  descriptors: [[{ key: 'a', value: 'b' }]],
  service: {
    cluster: 'no-such',
    authority: 'no-such',
    timeoutMs: 20,
    metadata: [],
    maxMessageBytes: 1000,
    hidesProxy: false,
  },
  deniesFailure: true,
};

test('a connection goes on when nobody can be asked, unless failures deny', () => {
  const { build } = networkThreads();
  const denied = build(networkRateLimit, config)();
  equal(denied.filter.onNewConnection?.(), NetworkStatus.Stop);
  deepEqual(denied.closes, ['no-flush ratelimit_error_failure_mode_connection_close']);
  const allowed = build(networkRateLimit, { ...config, deniesFailure: false })();
  equal(allowed.filter.onNewConnection?.(), NetworkStatus.Continue);
  deepEqual(allowed.closes, []);
});

test('runtime switches it off', () => {
  const { build } = networkThreads({ 'ratelimit.tcp_filter_enabled': 0 });
  const { filter, closes } = build(networkRateLimit, config)();
  equal(filter.onNewConnection?.(), NetworkStatus.Continue);
  deepEqual(closes, []);
});
