import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { listenerRateLimit } from '../../../../../../src/extensions/filters/listener/local-ratelimit/local-ratelimit.js';
import { readText } from '../../../../../support/config-text.js';
import { networkThreads } from '../../../../../support/network-thread.js';
import { connectionInfo, notRedirected } from '../../../../../support/stream-info.js';

test('sockets beyond the bucket are turned away and counted', () => {
  const { thread, stats } = networkThreads();
  const text = '{ stat_prefix: own, token_bucket: { max_tokens: 2, fill_interval: 60s } }';
  const config = readText(listenerRateLimit.typeUrl, text, listenerRateLimit.parse).value;
  const make = listenerRateLimit.build(config, thread(1));
  const verdicts = [1, 2, 3].map(() => make(connectionInfo(), notRedirected).inspect(Buffer.alloc(0), 0));
  deepEqual(verdicts, ['continue', 'continue', 'close']);
  equal(stats.get('listener_local_ratelimit.own.rate_limited'), 1);
});
