import { inOrder, type StatInOrder } from '../in-order.js';
import type { StatStore } from '../store.js';
import type { StatSelection } from './selection.js';

/** Counters and gauges (or histograms) that a page shows, in the order of names; null at pauses. */
export function* visibleStats(
  store: StatStore,
  kind: 'scalars' | 'histograms',
  selection: StatSelection,
): Generator<StatInOrder | null, void> {
  if (!showsKind(kind, selection)) return;
  for (const stat of inOrder(store, kind)) {
    if (stat === null || isVisible(stat, selection)) yield stat;
  }
}

/** Text readouts that a page shows; they count as used. */
export function visibleReadouts(
  store: StatStore,
  selection: StatSelection,
): readonly (readonly [string, string])[] {
  if (selection.type !== 'All' && selection.type !== 'TextReadouts') return [];
  return store.readouts().filter(([name]) => selection.filter === undefined || selection.filter(name));
}

function showsKind(kind: 'scalars' | 'histograms', { type }: StatSelection): boolean {
  if (type === 'All') return true;
  return kind === 'histograms' ? type === 'Histograms' : type === 'Counters' || type === 'Gauges';
}

function isVisible(stat: StatInOrder, { usedOnly, type, filter }: StatSelection): boolean {
  const isCounter = stat.slot < stat.series.shape.firstGauge;
  if (isCounter ? type === 'Gauges' : type === 'Counters') return false;
  if (usedOnly && !stat.series.isUsed(stat.slot)) return false;
  return filter === undefined || filter(stat.name);
}
