import type { StatSinkFactory } from '../../../api/stat-sink.js';
import { DEFAULT_DATAGRAM_BYTES, type StatsdDialect } from '../../../stats/statsd-lines.js';
import { buildStatsdSink, buildStatsdStream } from '../../../stats/statsd-sink.js';
import { parseStatsd, type StatsdConfig } from './config.js';

/** Plain statsd over UDP or TCP, with full names. */
export const statsd: StatSinkFactory<StatsdConfig> = {
  name: 'envoy.stat_sinks.statsd',
  typeUrl: 'envoy.config.metrics.v3.StatsdSink',
  parse: parseStatsd,
  build: ({ address, port, prefix, tcpCluster }, scope) => {
    const dialect: StatsdDialect = { name: (stat) => `${prefix}.${stat.name}`, suffix: () => '' };
    if (tcpCluster !== '') return buildStatsdStream(tcpCluster, dialect, scope);
    const maxBytes = scope.exactStatsd ? 0 : DEFAULT_DATAGRAM_BYTES;
    return buildStatsdSink({ address, port, maxBytes }, dialect, scope);
  },
};
