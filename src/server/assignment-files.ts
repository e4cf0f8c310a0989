import type { AssignmentAnswer, AssignmentSource } from '../upstream/membership/assignments.js';
import { AssignmentJobs } from './run-job.js';

type Waiter = (answer: AssignmentAnswer) => void;

interface Wanted {
  readonly source: AssignmentSource;
  readonly waiters: Waiter[];
}

/** Reads assignments in a job thread: all that are asked for while one job runs are the next job. */
export class AssignmentFiles {
  private waiting: Map<string, Wanted>;
  private isRunning: boolean;
  private readonly jobs: AssignmentJobs;

  constructor() {
    this.waiting = new Map();
    this.isRunning = false;
    this.jobs = new AssignmentJobs();
  }

  /** Never rejects. What several ask for meanwhile is read once. */
  read(source: AssignmentSource): Promise<AssignmentAnswer> {
    return new Promise((resolve) => {
      const key = JSON.stringify(source);
      const wanted = this.waiting.get(key);
      if (wanted === undefined) this.waiting.set(key, { source, waiters: [resolve] });
      else wanted.waiters.push(resolve);
      if (this.isRunning) return;
      this.isRunning = true;
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = [...this.waiting.values()];
      this.waiting = new Map();
      const answers = await this.ask(batch.map(({ source }) => source));
      for (const [i, { waiters }] of batch.entries()) {
        const answer = answers[i] ?? { kind: 'unreadable', error: 'no answer' };
        for (const waiter of waiters) waiter(answer);
      }
    }
    this.isRunning = false;
  }

  close(): Promise<void> {
    return this.jobs.close();
  }

  private async ask(sources: readonly AssignmentSource[]): Promise<readonly AssignmentAnswer[]> {
    try {
      return await this.jobs.run(sources);
    } catch (error) {
      return sources.map(() => ({ kind: 'unreadable', error: String(error) }));
    }
  }
}
