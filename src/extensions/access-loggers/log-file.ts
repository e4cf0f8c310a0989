import { openSync } from 'node:fs';
import { pino } from 'pino';
import { type BoundStats, statBlock } from '../../api/stats.js';
import type { Logger, ThreadScope } from '../../api/thread-scope.js';
import { Timer, type TimerWheel } from '../../base/timer-wheel.js';

export const filesystemStats = statBlock({
  counters: ['flushed_by_timer', 'reopen_failed', 'write_buffered', 'write_completed', 'write_failed'],
  gauges: ['write_total_buffered'],
});
const F = filesystemStats;

/** When buffered lines are handed to the file. */
export interface FlushSettings {
  readonly intervalMs: number;
  readonly minBytes: number;
}

export const defaultFlushSettings: FlushSettings = { intervalMs: 10_000, minBytes: 64 * 1024 };

/** Bytes that may wait for a file that does not take them (a full disk); more are dropped and counted. */
const backlogLimitBytes = 4 * 1024 * 1024;
/** Room beyond the flush size, so that the line that reaches it still fits. */
const slackBytes = 4096;

type Destination = ReturnType<typeof pino.destination>;

/**
 * One log file of one thread. Lines collect in a buffer; pino's destination writes it asynchronously. Nothing here
 * throws into a request: what goes wrong is counted, and told once until it goes well again.
 */
export class LogFile {
  private readonly target: string | number;
  private readonly settings: FlushSettings;
  private readonly stats: BoundStats;
  private readonly log: Logger;
  private readonly timers: TimerWheel;
  private readonly timer: Timer;
  /** Null while the file could not be opened, and once closed. */
  private destination: Destination | null;
  private buffer: Buffer;
  private used: number;
  /** Bytes that a destination has and has not written. */
  private waitingBytes: number;
  private lastError: Error | null;
  private hasWarned: boolean;

  /** `target` is a path, or the number of a standard stream. */
  constructor(target: string | number, scope: ThreadScope, settings: FlushSettings) {
    this.target = target;
    this.settings = settings;
    this.stats = scope.stats.bind('filesystem', filesystemStats);
    this.log = scope.log;
    this.timers = scope.timers;
    this.timer = new Timer(() => this.onTimer());
    this.destination = null;
    this.buffer = Buffer.allocUnsafeSlow(settings.minBytes + slackBytes);
    this.used = 0;
    this.waitingBytes = 0;
    this.lastError = null;
    this.hasWarned = false;
    this.destination = this.open(F.write_failed);
  }

  /** Adds a byte text (each character one byte). */
  write(line: string): void {
    const { length } = line;
    if (this.used + length > this.buffer.length) this.makeRoom(length);
    this.buffer.latin1Write(line, this.used, length);
    if (this.used === 0) this.timers.schedule(this.timer, this.settings.intervalMs);
    this.used += length;
    this.stats.inc(F.write_buffered);
    this.stats.add(F.write_total_buffered, length);
    if (this.used >= this.settings.minBytes) this.flush();
  }

  /** Hands what is buffered to the file. */
  flush(): void {
    if (this.used === 0) return;
    this.timers.cancel(this.timer);
    const full = this.buffer.subarray(0, this.used);
    this.buffer = Buffer.allocUnsafeSlow(this.settings.minBytes + slackBytes);
    this.used = 0;
    this.waitingBytes += full.length;
    if (this.destination === null) this.onDropped(full.length);
    else writerOf(this.destination).write(full);
  }

  /** Goes on in a new file of the same name, after a rotation moved the old one; keeps the old one on failure. */
  reopen(): void {
    if (typeof this.target === 'number') return;
    this.flush();
    const old = this.destination;
    const next = this.open(F.reopen_failed);
    if (next === null) return;
    this.destination = next;
    old?.end();
  }

  /** Flushes and closes; resolves when everything is written or has failed. */
  close(): Promise<void> {
    this.flush();
    const { destination } = this;
    this.destination = null;
    if (destination === null) return Promise.resolve();
    if (typeof this.target === 'number' && this.waitingBytes === 0) return Promise.resolve();
    return new Promise((resolve) => {
      destination.once(typeof this.target === 'number' ? 'drain' : 'close', resolve);
      destination.once('error', () => {
        destination.destroy();
        resolve();
      });
      if (typeof this.target === 'string') destination.end();
    });
  }

  private onTimer(): void {
    this.stats.inc(F.flushed_by_timer);
    this.flush();
  }

  private makeRoom(length: number): void {
    this.flush();
    if (length > this.buffer.length) this.buffer = Buffer.allocUnsafeSlow(length);
  }

  /** Opening at once says at once what is wrong with the path; it happens at build time and on rotation only. */
  private open(failure: number): Destination | null {
    try {
      const descriptor = typeof this.target === 'number' ? this.target : openSync(this.target, 'a', 0o644);
      return this.listenTo(
        pino.destination({
          dest: descriptor,
          sync: false,
          contentMode: 'buffer',
          maxWrite: this.settings.minBytes * 4,
          maxLength: backlogLimitBytes,
        }),
      );
    } catch (error) {
      this.onError(error instanceof Error ? error : new Error(String(error)), failure);
      return null;
    }
  }

  private listenTo(destination: Destination): Destination {
    // At the exit of the main thread pino would write what is left, and on a full disk try for ever.
    destination.flushSync = () => {};
    destination.on('write', (bytes: number) => this.onWritten(bytes));
    destination.on('drop', (bytes: Uint8Array | string) => this.onDropped(bytes.length));
    destination.on('error', (error: Error) => this.onError(error, F.write_failed));
    return destination;
  }

  private onWritten(bytes: number): void {
    this.stats.inc(F.write_completed);
    this.forget(bytes);
    this.hasWarned = false;
  }

  private onDropped(bytes: number): void {
    this.stats.inc(F.write_failed);
    this.forget(bytes);
  }

  private onError(error: Error, counter: number): void {
    // pino's own listener emits its first error again.
    if (error === this.lastError) return;
    this.lastError = error;
    this.stats.inc(counter);
    if (!this.hasWarned) this.log.warn(`access log ${this.target}: ${error.message}`);
    this.hasWarned = true;
  }

  private forget(bytes: number): void {
    const known = Math.min(bytes, this.waitingBytes);
    this.waitingBytes -= known;
    this.stats.add(F.write_total_buffered, -known);
  }
}

/** Destinations take bytes in their buffer mode, which their types do not know. */
function writerOf(destination: Destination): { write(data: unknown): boolean } {
  return destination;
}
