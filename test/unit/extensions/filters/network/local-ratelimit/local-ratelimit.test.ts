import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkStatus } from '../../../../../../src/api/network-filter.js';
import { localRateLimit } from '../../../../../../src/extensions/filters/network/local-ratelimit/local-ratelimit.js';
import { readText } from '../../../../../support/config-text.js';
import { networkThreads } from '../../../../../support/network-thread.js';

const bucket = 'token_bucket: { max_tokens: 1, fill_interval: 1s }';

function config(text: string) {
  return readText(localRateLimit.typeUrl, `{ stat_prefix: own, ${text} }`, localRateLimit.parse).value;
}

test('threads take from one bucket, which fills with time', () => {
  const { build, stats, time } = networkThreads();
  const [one, other] = [1, 2].map((index) => build(localRateLimit, config(bucket), index));
  time.advance(1000);
  equal(one?.().filter.onNewConnection?.(), NetworkStatus.Continue);
  const refused = other?.();
  equal(refused?.filter.onNewConnection?.(), NetworkStatus.Stop);
  deepEqual(refused?.closes, ['no-flush local_ratelimit_close_over_limit']);
  time.advance(1000);
  equal(other?.().filter.onNewConnection?.(), NetworkStatus.Continue);
  equal(stats.get('local_rate_limit.own.rate_limited'), 1);
});

test('filters with the same share key share a bucket of the same settings', () => {
  const { bucketName } = config(`${bucket}, share_key: both`);
  equal(config(`${bucket}, share_key: both`).bucketName, bucketName);
  equal(config(`${bucket}, share_key: other`).bucketName === bucketName, false);
});

test('a bucket that fills faster than Envoy looks is refused', () => {
  const { problems } = readText(
    localRateLimit.typeUrl,
    '{ stat_prefix: own, token_bucket: { max_tokens: 1, fill_interval: 0.01s } }',
    localRateLimit.parse,
  );
  equal(problems.length, 1);
});
