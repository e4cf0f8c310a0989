import { closeSync, openSync, writeFile } from 'node:fs';
import { Session } from 'node:inspector';

/** Longest profile; an operator who forgets it does not fill the heap. */
const maxProfileMs = 5 * 60_000;

/** The CPU profile of this thread, for Chrome's and VS Code's profile viewers. One at a time. */
export class CpuProfile {
  private session: Session | null = null;
  private path = '';
  private limit: NodeJS.Timeout | null = null;

  /** False when the file cannot be written or a profile is being made. */
  start(path: string): boolean {
    if (this.session !== null) return false;
    try {
      closeSync(openSync(path, 'w', 0o644));
      const session = new Session();
      session.connect();
      session.post('Profiler.enable');
      session.post('Profiler.start');
      this.session = session;
    } catch {
      return false;
    }
    this.path = path;
    this.limit = setTimeout(() => void this.stop(), maxProfileMs);
    this.limit.unref();
    return true;
  }

  /** Resolves once the file is written, or has failed to be. */
  stop(): Promise<void> {
    const { session, path } = this;
    if (session === null) return Promise.resolve();
    this.session = null;
    if (this.limit !== null) clearTimeout(this.limit);
    return new Promise((resolve) => {
      session.post('Profiler.stop', (error, result) => {
        session.disconnect();
        if (error !== null) resolve();
        else writeFile(path, JSON.stringify(result.profile), () => resolve());
      });
    });
  }
}
