import type { DatagramSender, StatSink, StatSinkScope } from '../api/stat-sink.js';
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

/** What the sink over TCP counts besides. */
const STREAM = statBlock({ counters: ['cx_overflow'] });
/** Lines handed to the connection at once. */
const sliceBytes = 16 * 1024;

/** A running statsd sink over TCP, to a host of a cluster. */
export function buildStatsdStream(cluster: string, dialect: StatsdDialect, scope: StatSinkScope): StatSink {
  const stats = scope.stats.bind('statsd', STREAM);
  const sender = scope.stream(cluster, () => stats.inc(STREAM.cx_overflow));
  return sinkOver(sender, sliceBytes, dialect, scope);
}

/** A running statsd sink over UDP. Datagrams that cannot be sent are counted and lost. */
export function buildStatsdSink(
  target: StatsdTarget,
  dialect: StatsdDialect,
  scope: StatSinkScope,
): StatSink {
  const stats = scope.stats.bind('statsd', STATSD);
  const sender = scope.datagrams(target.address, target.port, () => stats.inc(STATSD.datagram_errors));
  return sinkOver(sender, target.maxBytes, dialect, scope);
}

function sinkOver(
  sender: DatagramSender,
  maxBytes: number,
  dialect: StatsdDialect,
  scope: StatSinkScope,
): StatSink {
  const packer = new DatagramPacker(sender, maxBytes);
  return {
    flush: (snapshot) => writeSnapshot(snapshot, dialect, packer, scope.exactStatsd),
    close: () => {
      packer.flush();
      return sender.close();
    },
  };
}
