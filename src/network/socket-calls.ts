import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Address } from '../api/stream-info.js';
import { formatIp } from '../base/cidr.js';
import { ipAddress } from './address.js';
import { HandleSocket } from './handle-socket.js';

/** The socket calls of libc that Node lacks. */
export interface SocketCalls {
  /** Sets an option to a number or to bytes; empty when it is set, otherwise the system's code or `errno N`. */
  setOption(fd: number, level: number, name: number, value: number | Uint8Array): string;
  /** Where the peer of a redirected connection wanted to go (Linux, NAT table); null when it was not redirected. */
  originalDestination(fd: number, isV6: boolean): Address | null;
  /** Whether the socket stands for addresses that are not this machine's. */
  isTransparent(fd: number, isV6: boolean): boolean;
  /** A stream socket of that family that is neither bound nor connected; throws an error with the system's code. */
  streamSocket(isV6: boolean): number;
  /** writev(2) of `count` iovecs that lie one behind the other in `vectors`: bytes taken, or -1. */
  writev(fd: number, vectors: Uint8Array, count: number): number;
  /** Where the bytes of a buffer lie as long as somebody holds it. */
  addressOf(buffer: Uint8Array): number;
}

/** Numbers of Linux. */
export const SocketLevel = { ip: 0, socket: 1, tcp: 6, ipv6: 41 } as const;
export const SocketOptionName = {
  soReuseAddr: 2,
  soKeepAlive: 9,
  soReusePort: 15,
  soMark: 36,
  ipTransparent: 19,
  ipv6Transparent: 75,
  ipFreebind: 15,
  ipv6Freebind: 78,
  ipBindAddressNoPort: 24,
  originalDst: 80,
  tcpKeepIdle: 4,
  tcpKeepInterval: 5,
  tcpKeepCount: 6,
  tcpFastOpen: 23,
} as const;

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM_CLOEXEC_NONBLOCK = 1 | 0o2000000 | 0o4000;

const codes: { readonly [errno: number]: string } = {
  1: 'EPERM',
  13: 'EACCES',
  22: 'EINVAL',
  24: 'EMFILE',
  92: 'ENOPROTOOPT',
  95: 'EOPNOTSUPP',
};

interface Koffi {
  load(library: null): { func(signature: string): unknown };
  errno(): number;
  address(buffer: Uint8Array): bigint;
}

type SetOption = (fd: number, level: number, name: number, value: Uint8Array, length: number) => number;
type GetOption = (fd: number, level: number, name: number, value: Uint8Array, length: Uint32Array) => number;

let known: SocketCalls | null | undefined;

/** Null where koffi cannot load, or outside Linux. One per thread. */
export function socketCalls(): SocketCalls | null {
  known ??= load();
  return known;
}

function load(): SocketCalls | null {
  if (process.platform !== 'linux') return null;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const libc = koffi.load(null);
    const set = libc.func(
      'int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)',
    ) as SetOption;
    const get = libc.func(
      'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
    ) as GetOption;
    const socket = libc.func('int socket(int domain, int type, int protocol)') as (
      domain: number,
      type: number,
      protocol: number,
    ) => number;
    const writev = libc.func(
      'int64_t writev(int fd, const void *vectors, int count)',
    ) as SocketCalls['writev'];
    const lastError = (): string => codes[koffi.errno()] ?? `errno ${koffi.errno()}`;
    return {
      setOption(fd, level, name, value) {
        const bytes = typeof value === 'number' ? int32(value) : value;
        return set(fd, level, name, bytes, bytes.length) === 0 ? '' : lastError();
      },
      originalDestination(fd, isV6) {
        const bytes = Buffer.alloc(isV6 ? 28 : 16);
        const level = isV6 ? SocketLevel.ipv6 : SocketLevel.ip;
        const length = new Uint32Array([bytes.length]);
        return get(fd, level, SocketOptionName.originalDst, bytes, length) === 0 ? addressIn(bytes) : null;
      },
      isTransparent(fd, isV6) {
        const bytes = Buffer.alloc(4);
        const level = isV6 ? SocketLevel.ipv6 : SocketLevel.ip;
        const name = isV6 ? SocketOptionName.ipv6Transparent : SocketOptionName.ipTransparent;
        return get(fd, level, name, bytes, new Uint32Array([4])) === 0 && bytes.readInt32LE(0) !== 0;
      },
      streamSocket(isV6) {
        const fd = socket(isV6 ? AF_INET6 : AF_INET, SOCK_STREAM_CLOEXEC_NONBLOCK, 0);
        if (fd < 0) throw Object.assign(new Error('socket'), { code: lastError() });
        return fd;
      },
      writev,
      addressOf: (buffer) => Number(koffi.address(buffer)),
    };
  } catch {
    return null;
  }
}

function int32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return bytes;
}

/** The address in a `sockaddr_in` or `sockaddr_in6`; null for other families. */
export function addressIn(bytes: Buffer): Address | null {
  const family = bytes.readUInt16LE(0);
  const port = bytes.readUInt16BE(2);
  if (family === AF_INET) return ipAddress(bytes.subarray(4, 8).join('.'), port);
  if (family !== AF_INET6) return null;
  return ipAddress(formatIp([8, 12, 16, 20].map((at) => bytes.readUInt32BE(at))), port);
}

/** The descriptor of a socket; -1 when it has none any more. A private name of Node, kept to this place. */
export function descriptorOf(socket: Socket | HandleSocket): number {
  if (socket instanceof HandleSocket) return socket.handle.fd;
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return -1;
  return typeof handle.fd === 'number' ? handle.fd : -1;
}
