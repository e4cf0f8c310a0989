import { createRequire } from 'node:module';
import { parseIp } from '../base/cidr.js';

/** The libc calls that Node lacks and the hand-off and listening need. */
export interface Descriptors {
  /** A duplicate of the descriptor, closed on exec; throws the system's error (EMFILE when none is left). */
  duplicate(fd: number): number;
  /** Closes a duplicate that nobody adopted. */
  close(fd: number): void;
  /** A socket bound to a name of the abstract namespace; Node 20 would bind it with zeros behind the name. */
  bindAbstract(name: string): number;
  /**
   * A bound TCP socket, with SO_REUSEPORT if it is shared; throws an error with the system's code. `prepare` sees it
   * before it is bound and throws what it does not like.
   */
  bindTcp(
    address: string,
    port: number,
    isV6Only: boolean,
    isShared: boolean,
    prepare: (fd: number) => void,
  ): number;
  /** The same for datagrams. */
  bindUdp: Descriptors['bindTcp'];
  /** The port that a bound IP socket has. */
  portOf(fd: number): number;
}

const F_DUPFD_CLOEXEC = 1030;
const AF_UNIX = 1;
const SOCK_CLOEXEC_NONBLOCK = 0o2000000 | 0o4000;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_STREAM_CLOEXEC_NONBLOCK = SOCK_STREAM | SOCK_CLOEXEC_NONBLOCK;
/** `sun_path`, less the zero in front. */
const abstractNameBytes = 107;

const AF_INET = 2;
const AF_INET6 = 10;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const codes: { readonly [errno: number]: string } = { 13: 'EACCES', 98: 'EADDRINUSE', 99: 'EADDRNOTAVAIL' };

type SetOption = (fd: number, level: number, name: number, value: Uint8Array, length: number) => number;
type SocketCall = (domain: number, type: number, protocol: number) => number;
type BindCall = (fd: number, address: Uint8Array, length: number) => number;
type NameCall = (fd: number, address: Uint8Array, length: [number]) => number;
type Fcntl = (fd: number, command: number, argument: number) => number;

interface Koffi {
  load(library: null): { func(signature: string): unknown };
  errno(): number;
}

/** Null where koffi cannot load (or outside Linux): the caller then lets workers accept for themselves. */
export function loadDescriptors(): Descriptors | null {
  if (process.platform !== 'linux') return null;
  const require = createRequire(import.meta.url);
  try {
    const koffi = require('koffi') as Koffi;
    // The process itself: whichever C library Node runs on (glibc, musl).
    const libc = koffi.load(null);
    const fcntl = libc.func('int fcntl(int fd, int cmd, int arg)') as Fcntl;
    const close = libc.func('int close(int fd)') as (fd: number) => number;
    const socket = libc.func('int socket(int domain, int type, int protocol)') as SocketCall;
    const bind = libc.func('int bind(int fd, const uint8_t *address, uint32_t length)') as BindCall;
    const setsockopt = libc.func(
      'int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)',
    ) as SetOption;
    const getsockname = libc.func(
      'int getsockname(int fd, _Out_ uint8_t *address, _Inout_ uint32_t *length)',
    ) as NameCall;
    const calls = { socket, bind, setsockopt, close, errno: () => koffi.errno() };
    return {
      bindTcp: (...wanted) => bindInet(calls, SOCK_STREAM, ...wanted),
      portOf(fd) {
        const address = Buffer.alloc(28);
        if (getsockname(fd, address, [address.length]) !== 0) throw systemError(koffi.errno());
        return address.readUInt16BE(2);
      },
      bindUdp: (...wanted) => bindInet(calls, SOCK_DGRAM, ...wanted),
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

interface BindCalls {
  readonly socket: SocketCall;
  readonly bind: BindCall;
  readonly setsockopt: SetOption;
  close(fd: number): number;
  errno(): number;
}

function bindInet(
  { socket, bind, setsockopt, close, errno }: BindCalls,
  type: number,
  address: string,
  port: number,
  isV6Only: boolean,
  isShared: boolean,
  prepare: (fd: number) => void,
): number {
  const bytes = socketAddress(address, port);
  const fd = socket(bytes.readUInt16LE(0), type | SOCK_CLOEXEC_NONBLOCK, 0);
  if (fd < 0) throw systemError(errno());
  const options: [number, number, boolean][] = [
    // Of datagrams it would let others have the same address.
    [SOL_SOCKET, SO_REUSEADDR, type === SOCK_STREAM],
    [SOL_SOCKET, SO_REUSEPORT, isShared],
  ];
  if (bytes.length > 16) options.push([IPPROTO_IPV6, IPV6_V6ONLY, isV6Only]);
  const isSet = options.every(([level, name, isOn]) => {
    const value = Buffer.alloc(4);
    value.writeInt32LE(isOn ? 1 : 0);
    return setsockopt(fd, level, name, value, 4) === 0;
  });
  try {
    prepare(fd);
  } catch (error) {
    close(fd);
    throw error;
  }
  if (isSet && bind(fd, bytes, bytes.length) === 0) return fd;
  const error = systemError(errno());
  close(fd);
  throw error;
}

function systemError(errno: number): Error {
  const code = codes[errno];
  return Object.assign(new Error(code ?? `errno ${errno}`), code === undefined ? {} : { code });
}

/** `sockaddr_in` or `sockaddr_in6`. */
function socketAddress(address: string, port: number): Buffer {
  const words = parseIp(address);
  if (words === null) throw new Error(`not an IP address: ${address}`);
  const bytes = Buffer.alloc(words.length === 1 ? 16 : 28);
  bytes.writeUInt16LE(words.length === 1 ? AF_INET : AF_INET6, 0);
  bytes.writeUInt16BE(port, 2);
  for (const [i, word] of words.entries()) bytes.writeUInt32BE(word, (words.length === 1 ? 4 : 8) + i * 4);
  return bytes;
}
