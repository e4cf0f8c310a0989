import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { SecretValue, WatchedSecret } from '../api/secrets.js';
import type { StatScope } from '../api/stats.js';
import { statBlock } from '../api/stats.js';
import type { Logger } from '../api/thread-scope.js';
import type { SecretFileResult } from '../config/secrets.js';

/** `sds.<name>` */
const S = statBlock({
  counters: ['init_fetch_timeout', 'update_attempt', 'update_failure', 'update_rejected', 'update_success'],
});

/** Files that come in pairs are moved one after the other: both are waited for. */
const settleMs = 100;

export interface SecretFilesParts {
  readonly stats: StatScope;
  readonly log: Logger;
  /** Reads the secret anew, in a job thread. */
  read(secret: WatchedSecret): Promise<SecretFileResult>;
  /** The secret has changed and is sound. */
  onSecret(secret: SecretValue): void;
}

/**
 * Secrets in files, on main. Whenever something is moved into a directory that a secret was read from, it is read
 * again; what is not sound is told and the old one stays.
 */
export class SecretFiles {
  private readonly parts: SecretFilesParts;
  private readonly watchers: FSWatcher[];
  private readonly timers: Set<NodeJS.Timeout>;
  private readonly texts: Map<string, string>;

  constructor(parts: SecretFilesParts) {
    this.parts = parts;
    this.watchers = [];
    this.timers = new Set();
    this.texts = new Map();
  }

  start(secrets: readonly WatchedSecret[], values: readonly SecretValue[]): void {
    for (const secret of secrets) {
      const { key, name, path, watchedDirectory } = secret.reference;
      const value = values.find((it) => it.key === key)?.value;
      this.texts.set(key, JSON.stringify(value) ?? '');
      const stats = this.parts.stats.bind(`sds.${name}`, S);
      stats.inc(S.update_attempt);
      stats.inc(value === undefined ? S.update_rejected : S.update_success);
      const onChange = this.reloader(secret);
      if (watchedDirectory !== '') this.watch(watchedDirectory, null, onChange);
      const files = watchedDirectory === '' ? [path, ...secret.files.slice(1)] : secret.files.slice(1);
      const names = new Map<string, Set<string>>();
      for (const file of files) {
        const directory = dirname(file);
        names.set(directory, (names.get(directory) ?? new Set()).add(basename(file)));
      }
      for (const [directory, own] of names) this.watch(directory, own, onChange);
    }
  }

  close(): void {
    for (const watcher of this.watchers) watcher.close();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  /** Reads the secret once a moment after the last of several changes has begun. */
  private reloader(secret: WatchedSecret): () => void {
    let timer: NodeJS.Timeout | null = null;
    return () => {
      if (timer !== null) return;
      timer = setTimeout(() => {
        if (timer !== null) this.timers.delete(timer);
        timer = null;
        this.reload(secret).catch((error: unknown) => this.parts.log.error(`secret: ${String(error)}`));
      }, settleMs);
      this.timers.add(timer);
    };
  }

  /** `names`: the entries that matter, null for all. Only moves count: a file that is being written is not whole yet. */
  private watch(directory: string, names: ReadonlySet<string> | null, onChange: () => void): void {
    try {
      const watcher = watch(directory, { persistent: false }, (event, name) => {
        // Mounted secrets are links through an entry `..data`, which is what is moved.
        const matters = names === null || name === null || names.has(name) || name.startsWith('..');
        if (event === 'rename' && matters) onChange();
      });
      watcher.on('error', (error) => this.parts.log.warn(`cannot watch ${directory}: ${error.message}`));
      this.watchers.push(watcher);
    } catch (error) {
      this.parts.log.warn(`cannot watch ${directory}: ${error instanceof Error ? error.message : error}`);
    }
  }

  private async reload(secret: WatchedSecret): Promise<void> {
    const { key, name } = secret.reference;
    const stats = this.parts.stats.bind(`sds.${name}`, S);
    const { value, problems } = await this.parts.read(secret);
    const text = JSON.stringify(value) ?? '';
    if (problems.length === 0 && value !== undefined && text === this.texts.get(key)) return;
    stats.inc(S.update_attempt);
    if (problems.length > 0 || value === undefined) {
      const why = problems.map(({ location, message }) => `${location}: ${message}`).join('; ');
      stats.inc(S.update_rejected);
      this.parts.log.warn(`secret '${name}' keeps what it was: ${why || 'the file does not have it'}`);
      return;
    }
    this.texts.set(key, text);
    stats.inc(S.update_success);
    this.parts.onSecret({ key, value });
    this.parts.log.info(`secret '${name}' was replaced`);
  }
}
