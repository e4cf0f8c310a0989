import type { Series } from './series.js';
import type { StatStore } from './store.js';

/** One stat in its place in the order of full names. */
export interface StatInOrder {
  readonly series: Series;
  readonly slot: number;
  readonly name: string;
}

/** A series part of the way through its own names. */
interface Cursor {
  readonly series: Series;
  readonly order: readonly number[];
  at: number;
  name: string;
}

/** Names passed between two pauses. */
const STEP = 1024;

/**
 * Every wanted counter and gauge, or every histogram, in the order of full names; null at pauses, where the caller may
 * let other work in. Names are made one at a time: series come in the order of their heads, and only those whose names
 * may still interleave are held open.
 */
export function* inOrder(
  store: StatStore,
  kind: 'scalars' | 'histograms',
): Generator<StatInOrder | null, void> {
  const all = yield* store.seriesInOrder();
  const open: Cursor[] = [];
  let next = 0;
  let steps = 0;
  while (next < all.length || open.length > 0) {
    while (next < all.length && (open.length === 0 || all[next]!.head <= open[open.length - 1]!.name)) {
      openCursor(open, all[next++]!, kind);
      if ((++steps & (STEP - 1)) === 0) yield null;
    }
    const cursor = open.pop();
    if (cursor === undefined) continue;
    const slot = cursor.order[cursor.at]!;
    if (store.isWanted(cursor.series, slot)) yield { series: cursor.series, slot, name: cursor.name };
    cursor.at += 1;
    place(open, cursor);
    if ((++steps & (STEP - 1)) === 0) yield null;
  }
}

function openCursor(open: Cursor[], series: Series, kind: 'scalars' | 'histograms'): void {
  const order = kind === 'scalars' ? series.shape.scalarsByName : series.shape.histogramsByName;
  place(open, { series, order, at: 0, name: '' });
}

/** Puts a cursor where its next name belongs; the list is descending, so that the least is popped. */
function place(open: Cursor[], cursor: Cursor): void {
  const slot = cursor.order[cursor.at];
  if (slot === undefined) return;
  cursor.name = cursor.series.head + cursor.series.shape.names[slot]!;
  let low = 0;
  let high = open.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (open[middle]!.name > cursor.name) low = middle + 1;
    else high = middle;
  }
  open.splice(low, 0, cursor);
}
