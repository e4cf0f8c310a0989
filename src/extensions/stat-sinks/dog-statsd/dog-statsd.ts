import type { StatIdentity, StatSinkFactory } from '../../../api/stat-sink.js';
import { DEFAULT_DATAGRAM_BYTES } from '../../../stats/statsd-lines.js';
import { buildStatsdSink } from '../../../stats/statsd-sink.js';
import { type DogStatsdConfig, parseDogStatsd } from './config.js';

/** DogStatsD over UDP: names without their tags, which follow the value. */
export const dogStatsd: StatSinkFactory<DogStatsdConfig> = {
  name: 'envoy.stat_sinks.dog_statsd',
  typeUrl: 'envoy.config.metrics.v3.DogStatsdSink',
  parse: parseDogStatsd,
  build: ({ address, port, prefix, maxBytes }, scope) =>
    buildStatsdSink(
      { address, port, maxBytes: maxBytes || (scope.exactStatsd ? 0 : DEFAULT_DATAGRAM_BYTES) },
      { name: (stat) => `${prefix}.${stat.extractedName}`, suffix: tagsOf },
      scope,
    ),
};

function tagsOf({ tags }: StatIdentity): string {
  return tags.length === 0 ? '' : `|#${tags.map((tag) => `${tag.name}:${tag.value}`).join(',')}`;
}
