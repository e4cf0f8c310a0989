import type { ThreadScope } from '../../api/thread-scope.js';
import { defaultFlushSettings, type FlushSettings, LogFile } from './log-file.js';

/** The log files of one thread; each path is opened once, however many loggers write to it. */
export class LogFiles {
  private readonly files: Map<string | number, LogFile>;
  private settings: FlushSettings;

  constructor(settings: FlushSettings = defaultFlushSettings) {
    this.files = new Map();
    this.settings = settings;
  }

  /** Holds for files opened from now on (`--file-flush-interval-msec`, `--file-flush-min-size-kb`). */
  configure(settings: FlushSettings): void {
    this.settings = settings;
  }

  open(target: string | number, scope: ThreadScope): LogFile {
    const known = this.files.get(target);
    if (known !== undefined) return known;
    const file = new LogFile(target, scope, this.settings);
    this.files.set(target, file);
    return file;
  }

  reopenAll(): void {
    for (const file of this.files.values()) file.reopen();
  }

  flushAll(): void {
    for (const file of this.files.values()) file.flush();
  }

  /** Ends all of them; resolves when what was buffered is written or has failed. */
  async closeAll(): Promise<void> {
    const closing = [...this.files.values()].map((file) => file.close());
    this.files.clear();
    await Promise.all(closing);
  }
}

/** This thread's files: modules are loaded once per thread. */
export const threadLogFiles = new LogFiles();
