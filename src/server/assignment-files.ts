import type { AssignmentAnswer } from '../upstream/membership/assignments.js';
import { AssignmentJobs } from './run-job.js';

type Waiter = (answer: AssignmentAnswer) => void;

/** Reads files of assignments in a job thread: all that are asked for while one job runs are the next job. */
export class AssignmentFiles {
  private waiting: Map<string, Waiter[]>;
  private isRunning: boolean;
  private readonly jobs: AssignmentJobs;

  constructor() {
    this.waiting = new Map();
    this.isRunning = false;
    this.jobs = new AssignmentJobs();
  }

  /** Never rejects. */
  read(path: string): Promise<AssignmentAnswer> {
    return new Promise((resolve) => {
      const waiters = this.waiting.get(path);
      if (waiters === undefined) this.waiting.set(path, [resolve]);
      else waiters.push(resolve);
      if (this.isRunning) return;
      this.isRunning = true;
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = [...this.waiting];
      this.waiting = new Map();
      const answers = await this.ask(batch.map(([path]) => path));
      for (const [i, [, waiters]] of batch.entries()) {
        const answer = answers[i] ?? { kind: 'unreadable', error: 'no answer' };
        for (const waiter of waiters) waiter(answer);
      }
    }
    this.isRunning = false;
  }

  close(): Promise<void> {
    return this.jobs.close();
  }

  private async ask(paths: readonly string[]): Promise<readonly AssignmentAnswer[]> {
    try {
      return await this.jobs.run(paths);
    } catch (error) {
      return paths.map(() => ({ kind: 'unreadable', error: String(error) }));
    }
  }
}
