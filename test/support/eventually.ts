/** A wait that succeeds costs nothing, so there is room for the slowest of machines. */
const patienceMs = 60_000;

/** Asks again, a moment apart, until the condition holds; throws when a minute has not been enough. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${patienceMs / 1000} s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
