import type { ToWorker } from '../api/messages.js';

/** A worker that is asked. */
export interface PolledWorker {
  readonly index: number;
  send(message: ToWorker): void;
}

export interface WorkerAnswer<A> {
  readonly worker: number;
  readonly answer: A;
}

/** How long a busy worker may take to tell. */
const defaultWaitMs = 500;

interface Poll<A> {
  readonly awaited: Set<number>;
  readonly answers: WorkerAnswer<A>[];
  readonly finish: () => void;
}

/** Asks workers something of which each knows its own part. */
export class WorkerPoll<A> {
  private readonly polls: Map<number, Poll<A>>;
  private nextId: number;

  constructor() {
    this.polls = new Map();
    this.nextId = 0;
  }

  /** Those that answer in time, by index; `question` makes the message of an id. */
  ask(
    workers: readonly PolledWorker[],
    question: (id: number) => ToWorker,
    waitMs = defaultWaitMs,
  ): Promise<readonly WorkerAnswer<A>[]> {
    if (workers.length === 0) return Promise.resolve([]);
    const id = ++this.nextId;
    return new Promise((resolve) => {
      const answers: WorkerAnswer<A>[] = [];
      const finish = (): void => {
        clearTimeout(timer);
        this.polls.delete(id);
        resolve(answers.sort((a, b) => a.worker - b.worker));
      };
      const timer = setTimeout(finish, waitMs);
      this.polls.set(id, { awaited: new Set(workers.map(({ index }) => index)), answers, finish });
      for (const worker of workers) worker.send(question(id));
    });
  }

  onAnswer(worker: number, id: number, answer: A): void {
    const poll = this.polls.get(id);
    if (poll === undefined || !poll.awaited.delete(worker)) return;
    poll.answers.push({ worker, answer });
    if (poll.awaited.size === 0) poll.finish();
  }
}
