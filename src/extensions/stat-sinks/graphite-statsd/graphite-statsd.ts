import type { StatIdentity, StatSinkFactory } from '../../../api/stat-sink.js';
import { DEFAULT_DATAGRAM_BYTES } from '../../../stats/statsd-lines.js';
import { buildStatsdSink } from '../../../stats/statsd-sink.js';
import { type GraphiteStatsdConfig, parseGraphiteStatsd } from './config.js';

/** Statsd with Graphite's tags, which are part of the name: `name;tag=value:1|c`. */
export const graphiteStatsd: StatSinkFactory<GraphiteStatsdConfig> = {
  name: 'envoy.stat_sinks.graphite_statsd',
  typeUrl: 'envoy.extensions.stat_sinks.graphite_statsd.v3.GraphiteStatsdSink',
  parse: parseGraphiteStatsd,
  build: ({ address, port, prefix, maxBytes }, scope) =>
    buildStatsdSink(
      { address, port, maxBytes: maxBytes || (scope.exactStatsd ? 0 : DEFAULT_DATAGRAM_BYTES) },
      { name: (stat) => `${prefix}.${stat.extractedName}${tagsOf(stat)}`, suffix: () => '' },
      scope,
    ),
};

function tagsOf({ tags }: StatIdentity): string {
  return tags.map((tag) => `;${tag.name}=${tag.value}`).join('');
}
