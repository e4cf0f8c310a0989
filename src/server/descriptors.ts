import { createRequire } from 'node:module';

/** The libc calls that Node lacks and the hand-off and listening need. */
export interface Descriptors {
  /** A duplicate of the descriptor, closed on exec; throws the system's error (EMFILE when none is left). */
  duplicate(fd: number): number;
  /** Closes a duplicate that nobody adopted. */
  close(fd: number): void;
  /** A socket bound to a name of the abstract namespace; Node 20 would bind it with zeros behind the name. */
  bindAbstract(name: string): number;
}

const F_DUPFD_CLOEXEC = 1030;
const AF_UNIX = 1;
const SOCK_STREAM_CLOEXEC_NONBLOCK = 1 | 0o2000000 | 0o4000;
/** `sun_path`, less the zero in front. */
const abstractNameBytes = 107;

type SocketCall = (domain: number, type: number, protocol: number) => number;
type BindCall = (fd: number, address: Uint8Array, length: number) => number;
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
    const socket = libc.func('int socket(int domain, int type, int protocol)') as SocketCall;
    const bind = libc.func('int bind(int fd, const uint8_t *address, uint32_t length)') as BindCall;
    return {
      bindAbstract(name) {
        const bytes = Buffer.from(name, 'utf8');
        if (bytes.length > abstractNameBytes) throw new Error('File name too long');
        const address = Buffer.alloc(3 + bytes.length);
        address.writeUInt16LE(AF_UNIX, 0);
        bytes.copy(address, 3);
        const fd = socket(AF_UNIX, SOCK_STREAM_CLOEXEC_NONBLOCK, 0);
        if (fd < 0) throw new Error(`socket: errno ${koffi.errno()}`);
        if (bind(fd, address, address.length) === 0) return fd;
        const code = koffi.errno();
        close(fd);
        throw new Error(code === 98 ? 'Address already in use' : `bind: errno ${code}`);
      },
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
