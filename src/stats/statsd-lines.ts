import type { DatagramSender, HistogramSample, StatIdentity, StatSnapshot } from '../api/stat-sink.js';

/** Fits an Ethernet frame with IPv6 and UDP headers, as statsd servers recommend. */
export const DEFAULT_DATAGRAM_BYTES = 1432;

/** Samples one line may stand for: rates stay plain decimals, exact enough to be turned back into whole counts. */
const SAMPLES_PER_LINE = 100_000;

/** How a flavour of statsd writes what stands around a value. */
export interface StatsdDialect {
  /** `envoy.cluster.c1.upstream_rq_total`. */
  name(stat: StatIdentity): string;
  /** What follows the type: `|#tag:value`, or nothing. */
  suffix(stat: StatIdentity): string;
}

/** Joins lines by newlines into datagrams of a size; a longer line goes alone. */
export class DatagramPacker {
  private readonly sender: DatagramSender;
  private readonly maxBytes: number;
  private text = '';
  private bytes = 0;

  /** With 0 bytes every line is a datagram of its own. */
  constructor(sender: DatagramSender, maxBytes: number) {
    this.sender = sender;
    this.maxBytes = maxBytes;
  }

  line(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.bytes + 1 + bytes > this.maxBytes) this.flush();
    this.text = this.bytes === 0 ? line : `${this.text}\n${line}`;
    this.bytes += this.bytes === 0 ? bytes : bytes + 1;
    if (this.bytes >= this.maxBytes) this.flush();
  }

  flush(): void {
    if (this.bytes === 0) return;
    this.sender.send(Buffer.from(this.text));
    this.text = '';
    this.bytes = 0;
  }
}

/** Writes every line of a part of a flush, and sends what is left after the last part. */
export function writeSnapshot(
  snapshot: StatSnapshot,
  dialect: StatsdDialect,
  packer: DatagramPacker,
  isExact: boolean,
): void {
  for (const { stat, delta } of snapshot.counters) packer.line(lineOf(dialect, stat, delta, 'c'));
  // A leading minus would mean a change of the gauge instead of a value.
  for (const { stat, value } of snapshot.gauges) packer.line(lineOf(dialect, stat, Math.max(0, value), 'g'));
  for (const sample of snapshot.histograms) writeHistogram(sample, dialect, packer, isExact);
  if (snapshot.isLast) packer.flush();
}

function lineOf(dialect: StatsdDialect, stat: StatIdentity, value: number, type: string): string {
  return `${dialect.name(stat)}:${value}|${type}${dialect.suffix(stat)}`;
}

/** Every unit is sent as `ms`, as Envoy does; only fractions are histograms of their own kind. */
function writeHistogram(
  sample: HistogramSample,
  dialect: StatsdDialect,
  packer: DatagramPacker,
  isExact: boolean,
): void {
  const isShare = sample.unit === 'percent';
  const type = isShare ? 'h' : 'ms';
  for (const { value: own, count } of sample.buckets) {
    const value = isShare ? own / 100 : own;
    const line = lineOf(dialect, sample.stat, value, type);
    if (isExact) {
      for (let i = 0; i < count; i++) packer.line(line);
      continue;
    }
    for (let left = count; left > 0; left -= SAMPLES_PER_LINE) {
      packer.line(lineOf(dialect, sample.stat, value, type + rate(Math.min(left, SAMPLES_PER_LINE))));
    }
  }
}

/** A server counts `1 / rate` samples for a line with a rate. */
function rate(count: number): string {
  return count === 1 ? '' : `|@${Number((1 / count).toPrecision(6))}`;
}
