import pino from 'pino';
import { loggerNames } from '../api/logger-names.js';
import type { Logger } from '../api/thread-scope.js';
import { logLevelRank, logLevels } from '../base/log-level.js';
import { compileLogFormat, defaultLogFormat, escaped, type LogLine } from './log-format.js';

export interface LogOptions {
  readonly level: string;
  /** Levels of single loggers (`--component-log-level`). */
  readonly componentLevels?: ReadonlyMap<string, string>;
  readonly path?: string | undefined;
  /** Pattern of a line (`--log-format`). */
  readonly format?: string | undefined;
  /** Messages are kept on one line (`--log-format-escaped`). */
  readonly isEscaped?: boolean;
}

/** The process log, written by pino's destination. Its own lines are those of the logger `main`. */
export class ProcessLog implements Logger {
  private readonly destination: ReturnType<typeof pino.destination>;
  private readonly path: string | undefined;
  private readonly render: (line: LogLine, now: Date) => string;
  private readonly isEscaped: boolean;
  /** Ranks by logger; Envoy's names, most of which have nothing to say here. */
  private readonly ranks: Map<string, number>;
  private readonly main: Logger;

  constructor({ level, componentLevels, path, format, isEscaped = false }: LogOptions) {
    this.path = path;
    this.destination = pino.destination(
      path === undefined ? { fd: 2, sync: true } : { dest: path, sync: false },
    );
    this.destination.on('error', () => {
      // A log that cannot be written must not stop the proxy.
    });
    this.render = compileLogFormat(format ?? defaultLogFormat);
    this.isEscaped = isEscaped;
    this.ranks = new Map(loggerNames.map((name) => [name, logLevelRank(level)]));
    for (const [name, own] of componentLevels ?? []) this.setLevel(own, name);
    this.main = this.named('main');
  }

  /** Of one logger, or of all. */
  setLevel(level: string, logger?: string): void {
    const rank = logLevelRank(level);
    if (logger !== undefined) this.ranks.set(logger, rank);
    else for (const name of this.ranks.keys()) this.ranks.set(name, rank);
  }

  /** Every logger with its level. */
  levels(): readonly (readonly [logger: string, level: string])[] {
    return [...this.ranks].map(([name, rank]) => [name, logLevels[rank] ?? 'off']);
  }

  /** Of the logger `main`, which workers write to as well. */
  get levelName(): string {
    return logLevels[this.rankOf('main')] ?? 'off';
  }

  /** A logger with a name and level of its own. */
  named(name: string): Logger {
    const at =
      (rank: number) =>
      (text: string): void =>
        this.write(rank, name, text);
    return { trace: at(0), debug: at(1), info: at(2), warn: at(3), error: at(4) };
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
    this.main.trace(text);
  }

  debug(text: string): void {
    this.main.debug(text);
  }

  info(text: string): void {
    this.main.info(text);
  }

  warn(text: string): void {
    this.main.warn(text);
  }

  error(text: string): void {
    this.main.error(text);
  }

  critical(text: string): void {
    this.write(5, 'main', text);
  }

  /** A line that a worker wrote. */
  relay(level: string, text: string): void {
    this.write(logLevelRank(level), 'main', text);
  }

  private rankOf(logger: string): number {
    return this.ranks.get(logger) ?? logLevelRank('info');
  }

  private write(rank: number, logger: string, text: string): void {
    if (rank < this.rankOf(logger)) return;
    const level = logLevels[rank] ?? 'info';
    const line = { level, logger, text: this.isEscaped ? escaped(text) : text };
    this.destination.write(`${this.render(line, new Date())}\n`);
  }
}
