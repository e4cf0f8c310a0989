import { figure } from './figures.js';
import type { Summary } from './statistics.js';

/** One goal, as it came out. */
export interface Verdict {
  readonly row: string;
  /** What Sluice is held against: a peer, or `(limit)` for an absolute figure. */
  readonly against: string;
  readonly measure: string;
  readonly value: number;
  readonly goal: number;
  readonly isReached: boolean;
}

/** A goal is an upper bound unless said otherwise; a figure that is missing reaches nothing. */
export function judge(facts: Omit<Verdict, 'isReached'>, bound: 'at most' | 'at least' = 'at most'): Verdict {
  const isReached = bound === 'at most' ? facts.value <= facts.goal : facts.value >= facts.goal;
  return { ...facts, isReached };
}

export function verdictWord(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  return verdict.isReached ? 'pass' : 'fall short';
}

/** `0.58 (0.55–0.61)`: the median and the spread of the rounds. */
export function withSpread(summary: Summary): string {
  if (summary.count < 2) return figure(summary.median);
  return `${figure(summary.median)} (${figure(summary.min)}–${figure(summary.max)})`;
}
