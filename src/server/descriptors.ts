import { createRequire } from 'node:module';

/** The one libc call that Node lacks and the hand-off needs. */
export interface Descriptors {
  /** A duplicate of the descriptor, closed on exec; throws the system's error (EMFILE when none is left). */
  duplicate(fd: number): number;
  /** Closes a duplicate that nobody adopted. */
  close(fd: number): void;
}

const F_DUPFD_CLOEXEC = 1030;

type Fcntl = (fd: number, command: number, argument: number) => number;

interface Koffi {
  load(library: string): { func(signature: string): unknown };
  errno(): number;
}

/** Null where koffi cannot load (or outside Linux): the caller then lets workers accept for themselves. */
export function loadDescriptors(): Descriptors | null {
  if (process.platform !== 'linux') return null;
  const require = createRequire(import.meta.url);
  try {
    const koffi = require('koffi') as Koffi;
    const libc = koffi.load('libc.so.6');
    const fcntl = libc.func('int fcntl(int fd, int cmd, int arg)') as Fcntl;
    const close = libc.func('int close(int fd)') as (fd: number) => number;
    return {
      duplicate(fd) {
        const copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (copy < 0) throw new Error(koffi.errno() === 24 ? 'EMFILE' : `fcntl: errno ${koffi.errno()}`);
        return copy;
      },
      close(fd) {
        close(fd);
      },
    };
  } catch {
    return null;
  }
}
