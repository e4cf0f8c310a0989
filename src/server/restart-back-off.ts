/** The first death is answered at once; one that follows soon waits 10 ms, and the wait doubles up to two seconds. */
const baseMs = 10;
const maxMs = 2000;
/** Having served for this long, a worker has recovered. */
const healthyMs = 1000;

/** How long the restarts of one worker wait, so that one which dies again and again leaves the machine to the others. */
export class RestartBackOff {
  private failures: number;

  constructor() {
    this.failures = 0;
  }

  /** The worker died after having served for so long (0: never). Answers when to start the next one. */
  afterDeath(servedMs: number): number {
    if (servedMs >= healthyMs) this.failures = 0;
    this.failures++;
    return this.failures === 1 ? 0 : Math.min(baseMs * 2 ** (this.failures - 2), maxMs);
  }
}
