import pino from 'pino';
import type { Logger } from '../api/thread-scope.js';
import { logLevelRank, logLevels } from '../base/log-level.js';

/** The process log: Envoy's default line layout, written by pino's destination. */
export class ProcessLog implements Logger {
  private readonly destination: ReturnType<typeof pino.destination>;
  private level: number;
  private readonly path: string | undefined;

  constructor(level: string, path: string | undefined) {
    this.path = path;
    this.destination = pino.destination(
      path === undefined ? { fd: 2, sync: true } : { dest: path, sync: false },
    );
    this.destination.on('error', () => {
      // A log that cannot be written must not stop the proxy.
    });
    this.level = logLevelRank(level);
  }

  setLevel(level: string): void {
    this.level = logLevelRank(level);
  }

  get levelName(): string {
    return logLevels[this.level] ?? 'off';
  }

  /** Writes what is held back; call before the process exits. */
  close(): void {
    try {
      this.destination.flushSync();
    } catch {
      // A log that cannot be written must not keep the process from ending.
    }
  }

  reopen(): void {
    if (this.path !== undefined) this.destination.reopen();
  }

  trace(text: string): void {
    this.write(0, 'trace', text);
  }

  debug(text: string): void {
    this.write(1, 'debug', text);
  }

  info(text: string): void {
    this.write(2, 'info', text);
  }

  warn(text: string): void {
    this.write(3, 'warning', text);
  }

  error(text: string): void {
    this.write(4, 'error', text);
  }

  critical(text: string): void {
    this.write(5, 'critical', text);
  }

  /** A line that a worker wrote. */
  relay(level: string, text: string): void {
    const at = logLevelRank(level);
    this.write(at, logLevels[at] ?? 'info', text);
  }

  private write(at: number, name: string, text: string): void {
    if (at < this.level) return;
    const now = new Date();
    this.destination.write(`[${stamp(now)}][${process.pid}][${name}][main] ${text}\n`);
  }
}

function stamp(now: Date): string {
  return now.toISOString().replace('T', ' ').replace('Z', '');
}
