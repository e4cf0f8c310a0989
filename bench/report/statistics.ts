/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return Number.NaN;
  const lower = sorted[middle - 1];
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
}

/** What a series of repeated measurements comes to. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

export function summarise(values: readonly number[]): Summary {
  return {
    median: median(values),
    min: values.length === 0 ? Number.NaN : Math.min(...values),
    max: values.length === 0 ? Number.NaN : Math.max(...values),
    count: values.length,
  };
}

/** Ours divided by theirs, round by round: the summary of those ratios, not the ratio of two summaries. */
export function pairedRatios(ours: readonly number[], theirs: readonly number[]): Summary {
  const pairs = Math.min(ours.length, theirs.length);
  return summarise(
    Array.from({ length: pairs }, (_, i) => (ours[i] ?? Number.NaN) / (theirs[i] ?? Number.NaN)),
  );
}
