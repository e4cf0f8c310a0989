import type { StatSink, StatSinkScope } from '../api/stat-sink.js';
import { statBlock } from '../api/stats.js';
import { DatagramPacker, type StatsdDialect, writeSnapshot } from './statsd-lines.js';

/** What both sinks count, under `statsd.`. */
export const STATSD = statBlock({ counters: ['datagram_errors'] });

/** Where a sink sends, and how full its datagrams may get. */
export interface StatsdTarget {
  readonly address: string;
  readonly port: number;
  /** 0: one line per datagram. */
  readonly maxBytes: number;
}

/** A running statsd sink over UDP. Datagrams that cannot be sent are counted and lost. */
export function buildStatsdSink(
  target: StatsdTarget,
  dialect: StatsdDialect,
  scope: StatSinkScope,
): StatSink {
  const stats = scope.stats.bind('statsd', STATSD);
  const sender = scope.datagrams(target.address, target.port, () => stats.inc(STATSD.datagram_errors));
  const packer = new DatagramPacker(sender, target.maxBytes);
  return {
    flush: (snapshot) => writeSnapshot(snapshot, dialect, packer, scope.exactStatsd),
    close: () => {
      packer.flush();
      return sender.close();
    },
  };
}
