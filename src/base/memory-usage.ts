let last: NodeJS.MemoryUsage = { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 };

/** What the process uses. Asking opens a file: without a free descriptor Node throws, and the last answer is repeated. */
export function memoryUsage(): NodeJS.MemoryUsage {
  try {
    last = process.memoryUsage();
  } catch {
    // EMFILE; the figures of a moment ago do as well.
  }
  return last;
}
