import type { StatSinkFactory } from '../../../api/stat-sink.js';
import { DEFAULT_DATAGRAM_BYTES } from '../../../stats/statsd-lines.js';
import { buildStatsdSink } from '../../../stats/statsd-sink.js';
import { parseStatsd, type StatsdConfig } from './config.js';

/** Plain statsd over UDP, with full names. */
export const statsd: StatSinkFactory<StatsdConfig> = {
  name: 'envoy.stat_sinks.statsd',
  typeUrl: 'envoy.config.metrics.v3.StatsdSink',
  parse: parseStatsd,
  build: ({ address, port, prefix }, scope) =>
    buildStatsdSink(
      { address, port, maxBytes: scope.exactStatsd ? 0 : DEFAULT_DATAGRAM_BYTES },
      { name: (stat) => `${prefix}.${stat.name}`, suffix: () => '' },
      scope,
    ),
};
