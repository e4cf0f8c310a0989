import type { StatIdentity } from '../../api/stat-sink.js';
import { countsBelow, QUANTILES, quantilesOf } from '../quantiles.js';
import type { Series } from '../series.js';
import type { StatStore } from '../store.js';
import { Chunk, type Chunks } from './chunks.js';
import { promNumber } from './numbers.js';
import type { StatSelection } from './selection.js';
import type { BoundsOf } from './text.js';
import { visibleReadouts, visibleStats } from './visible.js';

/** A stat of a family. Labels of unused ones are worked out again when they are printed: a million would not be kept. */
interface Member {
  readonly series: Series;
  readonly slot: number;
}

type Families = Map<string, Member[]>;

/** Families printed between two pauses, and stats looked at. */
const STEP = 512;

/** The page of `/stats/prometheus`: text format 0.0.4. */
export function* renderPrometheus(
  store: StatStore,
  selection: StatSelection,
  boundsOf: BoundsOf,
  withReadouts = false,
): Chunks {
  const chunk = new Chunk();
  const counters: Families = new Map();
  const gauges: Families = new Map();
  for (const stat of visibleStats(store, 'scalars', selection)) {
    if (stat === null) yield '';
    else collect(store, stat.slot < stat.series.shape.firstGauge ? counters : gauges, stat.series, stat.slot);
  }
  yield* scalars(chunk, store, counters, 'counter');
  yield* scalars(chunk, store, gauges, 'gauge');
  if (withReadouts) addReadouts(chunk, store, selection);
  if (selection.buckets !== 'none') yield* histograms(chunk, store, selection, boundsOf);
  yield chunk.take();
}

function collect(store: StatStore, families: Families, series: Series, slot: number): void {
  const family = identify(store, series, slot).extractedName;
  const members = families.get(family);
  if (members === undefined) families.set(family, [{ series, slot }]);
  else members.push({ series, slot });
}

function identify(store: StatStore, series: Series, slot: number): StatIdentity {
  return store.identify(series, slot, series.isUsed(slot));
}

function sortedFamilies(families: Families): readonly (readonly [string, readonly Member[]])[] {
  return [...families].sort(([a], [b]) => (a < b ? -1 : 1));
}

function* scalars(chunk: Chunk, store: StatStore, families: Families, type: 'counter' | 'gauge'): Chunks {
  let steps = 0;
  for (const [family, members] of sortedFamilies(families)) {
    const name = metricName(family);
    chunk.add(`# TYPE ${name} ${type}\n`);
    for (const { series, slot } of members) {
      const labels = labelsOf(identify(store, series, slot));
      chunk.add(`${name}{${labels}} ${promNumber(series.value(slot))}\n`);
      if (chunk.isFull || (++steps & (STEP - 1)) === 0) yield chunk.take();
    }
  }
}

function addReadouts(chunk: Chunk, store: StatStore, selection: StatSelection): void {
  const families = new Map<string, string[]>();
  for (const [name, text] of visibleReadouts(store, selection)) {
    const identity = store.naming.identify(name);
    const lines = families.get(identity.extractedName) ?? [];
    const labels = joined(labelsOf(identity), `text_value="${escapeValue(text)}"`);
    lines.push(`${metricName(identity.extractedName)}{${labels}} 0\n`);
    families.set(identity.extractedName, lines);
  }
  for (const [family, lines] of [...families].sort(([a], [b]) => (a < b ? -1 : 1))) {
    chunk.add(`# TYPE ${metricName(family)} gauge\n${lines.join('')}`);
  }
}

function* histograms(chunk: Chunk, store: StatStore, selection: StatSelection, boundsOf: BoundsOf): Chunks {
  const families: Families = new Map();
  for (const stat of visibleStats(store, 'histograms', selection)) {
    if (stat === null) yield '';
    else collect(store, families, stat.series, stat.slot);
  }
  const isSummary = selection.buckets === 'summary';
  for (const [family, members] of sortedFamilies(families)) {
    const name = metricName(family);
    chunk.add(`# TYPE ${name} ${isSummary ? 'summary' : 'histogram'}\n`);
    for (const { series, slot } of members) {
      const identity = identify(store, series, slot);
      const labels = labelsOf(identity);
      chunk.add(
        isSummary
          ? summaryLines(name, labels, series, slot)
          : bucketLines(name, labels, series, slot, boundsOf(identity.name)),
      );
      yield chunk.take();
    }
  }
}

function bucketLines(
  name: string,
  labels: string,
  series: Series,
  slot: number,
  bounds: readonly number[],
): string {
  const view = series.cumulative(slot);
  const below = countsBelow(view.buckets, series.unitOf(slot), bounds);
  let lines = '';
  for (const [i, bound] of bounds.entries()) {
    lines += `${name}_bucket{${joined(labels, `le="${promNumber(bound)}"`)}} ${below[i]}\n`;
  }
  lines += `${name}_bucket{${joined(labels, 'le="+Inf"')}} ${view.count}\n`;
  return `${lines}${name}_sum{${labels}} ${promNumber(view.sum)}\n${name}_count{${labels}} ${view.count}\n`;
}

/** Of the last flush interval, as Envoy's. */
function summaryLines(name: string, labels: string, series: Series, slot: number): string {
  const view = series.interval(slot);
  const values = quantilesOf(view.buckets, series.unitOf(slot));
  let lines = '';
  for (const [i, quantile] of QUANTILES.entries()) {
    const value = values?.[i];
    const label = joined(labels, `quantile="${Number((quantile / 100).toPrecision(4))}"`);
    lines += `${name}{${label}} ${value === undefined ? 'nan' : promNumber(value)}\n`;
  }
  return `${lines}${name}_sum{${labels}} ${promNumber(view.sum)}\n${name}_count{${labels}} ${view.count}\n`;
}

function metricName(extractedName: string): string {
  return `envoy_${sanitize(extractedName)}`;
}

function sanitize(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}

const labelNames = new Map<string, string>();

function labelName(tag: string): string {
  let name = labelNames.get(tag);
  if (name === undefined) {
    name = sanitize(tag);
    labelNames.set(tag, name);
  }
  return name;
}

function labelsOf(identity: StatIdentity): string {
  let labels = '';
  for (const tag of identity.tags)
    labels = joined(labels, `${labelName(tag.name)}="${escapeValue(tag.value)}"`);
  return labels;
}

function joined(labels: string, label: string): string {
  return labels === '' ? label : `${labels},${label}`;
}

function escapeValue(value: string): string {
  if (!/[\\\n"]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
