import type { StatBlockDef } from '../api/stats.js';
import type { HistogramUnit } from './latency-buckets.js';

/** Colons would end a name in a statsd line: they become underscores. */
export function cleanName(name: string): string {
  return name.includes(':') ? name.replaceAll(':', '_') : name;
}

/** What stands before a stat's own name: the prefix with its dot, or nothing. */
export function headOf(prefix: string): string {
  return prefix === '' ? '' : `${prefix}.`;
}

/** A full name as the prefix and the name of a stat that makes up a block of its own. */
export function splitName(full: string): { readonly prefix: string; readonly name: string } {
  const dot = full.lastIndexOf('.');
  return dot < 0 ? { prefix: '', name: full } : { prefix: full.slice(0, dot), name: full.slice(dot + 1) };
}

const NO_UNITS = {};

export function singleCounterDef(name: string): StatBlockDef {
  return { counters: [name], gauges: [], histograms: [], histogramUnits: NO_UNITS };
}

export function singleGaugeDef(name: string): StatBlockDef {
  return { counters: [], gauges: [name], histograms: [], histogramUnits: NO_UNITS };
}

export function singleHistogramDef(name: string, unit: HistogramUnit): StatBlockDef {
  return { counters: [], gauges: [], histograms: [name], histogramUnits: { [name]: unit } };
}
