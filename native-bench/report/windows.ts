import { median } from '../../bench/report/statistics.js';
import type { Window } from '../contracts.js';

export function cpuMicros(window: Window): number {
  return window.userMicros + window.systemMicros;
}

/** The median over the rounds of whatever is picked from a window. */
export function middle(windows: readonly Window[], pick: (window: Window) => number): number {
  return median(windows.map(pick));
}
