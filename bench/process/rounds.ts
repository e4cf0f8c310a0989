export interface Rounds<S, R> {
  /** Results in the order of the rounds, one list a subject; shorter for a subject that failed. */
  readonly results: ReadonlyMap<S, readonly R[]>;
  /** Subjects that threw, with what they threw; they were left out of later rounds. */
  readonly failures: ReadonlyMap<S, unknown>;
}

/**
 * Measures every subject once a round. Rounds begin with another subject each, so that none is always measured first
 * and what one leaves behind (open ports, caches) falls on all alike.
 */
export async function rounds<S, R>(
  subjects: readonly S[],
  count: number,
  measure: (subject: S, round: number) => Promise<R>,
): Promise<Rounds<S, R>> {
  const results = new Map<S, R[]>(subjects.map((subject) => [subject, []]));
  const failures = new Map<S, unknown>();
  for (let round = 0; round < count; round++) {
    for (let i = 0; i < subjects.length; i++) {
      const subject = subjects[(i + round) % subjects.length];
      if (subject === undefined || failures.has(subject)) continue;
      try {
        results.get(subject)?.push(await measure(subject, round));
      } catch (error) {
        failures.set(subject, error);
      }
    }
  }
  return { results, failures };
}
