/** Asks again, a moment apart, until the condition holds; the runner's time limit is the only one. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
