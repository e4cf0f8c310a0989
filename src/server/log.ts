import pino from 'pino';
import type { Logger } from '../api/thread-scope.js';

const levels: { readonly [level: string]: string } = { warning: 'warn', critical: 'fatal', off: 'silent' };

/** The process log: Envoy's default line layout, written by pino's destination. */
export class ProcessLog implements Logger {
  private readonly destination: ReturnType<typeof pino.destination>;
  private level: number;
  private readonly path: string | undefined;

  constructor(level: string, path: string | undefined) {
    this.path = path;
    this.destination = pino.destination(path === undefined ? { fd: 2, sync: true } : { dest: path, sync: false });
    this.destination.on('error', () => {
      // A log that cannot be written must not stop the proxy.
    });
    this.level = rank(level);
  }

  setLevel(level: string): void {
    this.level = rank(level);
  }

  get levelName(): string {
    return ranks[this.level] ?? 'off';
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
    const at = rank(level);
    this.write(at, ranks[at] ?? 'info', text);
  }

  private write(at: number, name: string, text: string): void {
    if (at < this.level) return;
    const now = new Date();
    this.destination.write(`[${stamp(now)}][${process.pid}][${name}][main] ${text}\n`);
  }
}

const ranks = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

function rank(level: string): number {
  const name = levels[level] === 'warn' || level === 'warn' ? 'warning' : level;
  const at = ranks.indexOf(name);
  return at < 0 ? 2 : at;
}

function stamp(now: Date): string {
  return now.toISOString().replace('T', ' ').replace('Z', '');
}
