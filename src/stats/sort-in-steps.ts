/** Items sorted or merged between two pauses; a fraction of a millisecond. */
const STEP = 1024;

/** Merge sort that pauses: yields null where other work may be let in, and returns the sorted array. */
export function* sortInSteps<T>(items: readonly T[], less: (a: T, b: T) => boolean): Generator<null, T[]> {
  let from = items.slice();
  for (let start = 0; start < from.length; start += STEP) {
    const run = from.slice(start, start + STEP).sort((a, b) => (less(a, b) ? -1 : less(b, a) ? 1 : 0));
    for (let i = 0; i < run.length; i++) from[start + i] = run[i]!;
    yield null;
  }
  let to = from.slice();
  for (let width = STEP; width < from.length; width *= 2) {
    yield* mergeRuns(from, to, width, less);
    [from, to] = [to, from];
  }
  return from;
}

function* mergeRuns<T>(
  from: T[],
  to: T[],
  width: number,
  less: (a: T, b: T) => boolean,
): Generator<null, void> {
  for (let start = 0; start < from.length; start += 2 * width) {
    const middle = Math.min(start + width, from.length);
    const end = Math.min(start + 2 * width, from.length);
    let left = start;
    let right = middle;
    for (let out = start; out < end; out++) {
      const takesRight = right < end && (left >= middle || less(from[right]!, from[left]!));
      to[out] = takesRight ? from[right++]! : from[left++]!;
      if ((out & (STEP - 1)) === 0) yield null;
    }
  }
}
