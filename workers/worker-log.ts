import type { ToMain } from '../src/api/messages.js';
import type { Logger } from '../src/api/thread-scope.js';
import { logLevelRank } from '../src/base/log-level.js';

/** A worker's process log: lines of the wanted levels go to main, which writes them. */
export class WorkerLog implements Logger {
  private readonly post: (message: ToMain) => void;
  private rank: number;

  constructor(post: (message: ToMain) => void, level: string) {
    this.post = post;
    this.rank = logLevelRank(level);
  }

  setLevel(level: string): void {
    this.rank = logLevelRank(level);
  }

  trace(text: string): void {
    if (this.rank <= 0) this.send('trace', text);
  }

  debug(text: string): void {
    if (this.rank <= 1) this.send('debug', text);
  }

  info(text: string): void {
    if (this.rank <= 2) this.send('info', text);
  }

  warn(text: string): void {
    if (this.rank <= 3) this.send('warning', text);
  }

  error(text: string): void {
    if (this.rank <= 4) this.send('error', text);
  }

  private send(level: string, text: string): void {
    this.post({ kind: 'log', level, text });
  }
}
