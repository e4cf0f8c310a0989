import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

type Listener = (file: string) => void;

interface Watched {
  readonly watcher: FSWatcher;
  readonly listeners: Set<Listener>;
}

/** Tells of files that something was moved to. One watch a directory, however many ask; it keeps no thread alive. */
export class FileWatches {
  private readonly directories: Map<string, Watched>;

  constructor() {
    this.directories = new Map();
  }

  /**
   * Calls back when something was moved to `path`, or to anywhere in `directory` when that is not empty. Answers what
   * ends the watch. Throws when the directory cannot be watched.
   */
  add(path: string, directory: string, onMove: () => void): () => void {
    const where = directory || dirname(path);
    const name = directory === '' ? basename(path) : null;
    const listener: Listener = (file) => {
      if (name === null || file === name) onMove();
    };
    const watched = this.directories.get(where) ?? this.open(where);
    watched.listeners.add(listener);
    return () => {
      watched.listeners.delete(listener);
      if (watched.listeners.size === 0) this.shut(where, watched);
    };
  }

  private open(directory: string): Watched {
    const listeners = new Set<Listener>();
    const watcher = watch(directory, { persistent: false }, (event, file) => {
      if (event !== 'rename' || file === null) return;
      for (const listener of [...listeners]) listener(file);
    });
    const watched = { watcher, listeners };
    // The directory is gone: what was read last stays in force.
    watcher.on('error', () => this.shut(directory, watched));
    this.directories.set(directory, watched);
    return watched;
  }

  private shut(directory: string, watched: Watched): void {
    watched.watcher.close();
    if (this.directories.get(directory) === watched) this.directories.delete(directory);
  }
}
