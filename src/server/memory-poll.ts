import type { MemoryUsage, ToWorker } from '../api/messages.js';

/** A worker whose memory is of interest. */
export interface PolledWorker {
  readonly index: number;
  send(message: ToWorker): void;
}

export interface WorkerMemory {
  readonly worker: number;
  readonly usage: MemoryUsage;
}

/** How long a busy worker may take to tell. */
const waitMs = 500;

interface Poll {
  readonly awaited: Set<number>;
  readonly answers: WorkerMemory[];
  readonly finish: () => void;
}

/** Asks workers for the memory of their heaps. */
export class MemoryPoll {
  private readonly polls: Map<number, Poll>;
  private nextId: number;

  constructor() {
    this.polls = new Map();
    this.nextId = 0;
  }

  /** Those that answer in time, by index. */
  ask(workers: readonly PolledWorker[]): Promise<readonly WorkerMemory[]> {
    if (workers.length === 0) return Promise.resolve([]);
    const id = ++this.nextId;
    return new Promise((resolve) => {
      const answers: WorkerMemory[] = [];
      const finish = (): void => {
        clearTimeout(timer);
        this.polls.delete(id);
        resolve(answers.sort((a, b) => a.worker - b.worker));
      };
      const timer = setTimeout(finish, waitMs);
      this.polls.set(id, { awaited: new Set(workers.map(({ index }) => index)), answers, finish });
      for (const worker of workers) worker.send({ kind: 'memory', id });
    });
  }

  onAnswer(worker: number, id: number, usage: MemoryUsage): void {
    const poll = this.polls.get(id);
    if (poll === undefined || !poll.awaited.delete(worker)) return;
    poll.answers.push({ worker, usage });
    if (poll.awaited.size === 0) poll.finish();
  }
}
