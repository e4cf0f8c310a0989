import { createRequire } from 'node:module';

/** Threads of libuv's pool, which serves the files, names and hashes of all workers. */
const threads = '8';
const F_SETFD = 2;

/**
 * libuv reads `UV_THREADPOOL_SIZE` when its pool is first used, and Node uses it to read the very first ES module: no
 * code of the program runs early enough to set the variable. So the process replaces itself once (`execv`: same
 * process id, standard streams kept, before anything else is open) with the variable set. It does not when the
 * variable is set already, when a parent passed it a channel or sockets, and where the call cannot be made; then the
 * pool keeps its four threads.
 */
export function ensureThreadPoolSize(): void {
  const { env } = process;
  if ((env['UV_THREADPOOL_SIZE'] ?? '') !== '' || env['LISTEN_FDS'] !== undefined) return;
  if (process.platform !== 'linux' || process.channel !== undefined) return;
  env['UV_THREADPOOL_SIZE'] = threads;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const libc = koffi.load(null);
    const fcntl = libc.func('int fcntl(int fd, int cmd, int arg)') as Fcntl;
    const execv = libc.func('int execv(const char *path, const char **argv)') as Execv;
    // Node marks the standard streams to be closed on exec.
    for (const fd of [0, 1, 2]) fcntl(fd, F_SETFD, 0);
    execv(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1), null]);
  } catch {
    // The pool stays as it is.
  }
}

type Fcntl = (fd: number, command: number, argument: number) => number;
type Execv = (path: string, argv: readonly (string | null)[]) => number;

interface Koffi {
  load(library: null): { func(signature: string): unknown };
}
