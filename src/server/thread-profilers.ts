import { Session } from 'node:inspector';
import type { Profilers } from '../admin/views.js';
import type { ToWorker } from '../api/messages.js';
import { CpuProfile } from '../plane/cpu-profile.js';

/** The profilers behind the admin pages: CPU of all threads into files, allocations of main as an answer. */
export class ThreadProfilers implements Profilers {
  private readonly path: string;
  private readonly broadcast: (message: ToWorker) => void;
  private readonly cpu = new CpuProfile();
  private allocations: Session | null = null;

  /** Workers' profiles go to `<path>.worker_N`. */
  constructor(path: string, broadcast: (message: ToWorker) => void) {
    this.path = path;
    this.broadcast = broadcast;
  }

  startCpu(): Promise<boolean> {
    const isStarted = this.cpu.start(this.path);
    if (isStarted) this.broadcast({ kind: 'cpu-profile', path: this.path });
    return Promise.resolve(isStarted);
  }

  async stopCpu(): Promise<void> {
    this.broadcast({ kind: 'cpu-profile', path: null });
    await this.cpu.stop();
  }

  startAllocations(): Promise<boolean> {
    if (this.allocations !== null) return Promise.resolve(false);
    const session = new Session();
    session.connect();
    session.post('HeapProfiler.startSampling');
    this.allocations = session;
    return Promise.resolve(true);
  }

  stopAllocations(): Promise<string | null> {
    const session = this.allocations;
    if (session === null) return Promise.resolve(null);
    this.allocations = null;
    return new Promise((resolve) => {
      session.post('HeapProfiler.stopSampling', (error, result) => {
        session.disconnect();
        resolve(error === null ? JSON.stringify(result.profile) : null);
      });
    });
  }
}
