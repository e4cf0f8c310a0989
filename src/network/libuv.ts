import { getSystemErrorName } from 'node:util';

/**
 * Private names of Node behind `net.Socket`: the handles of libuv, and the requests that are made of them. `libuv()` is
 * null where this Node lacks one of them; sockets then do what handles would.
 */

/** A TCP connection or a Unix one. Calls answer 0 or a negative errno. */
export interface StreamHandle {
  readonly fd: number;
  /** Runs with the handle as `this`; how much was read, or why not, stands in `streamState`. */
  onread: (this: StreamHandle) => void;
  /** Whoever the handle belongs to; ours, for `onread`. */
  owner?: unknown;
  open(fd: number): number;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  writeLatin1String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  shutdown(request: Request): number;
  /** `onClosed` runs once no callback of the handle can follow. */
  close(onClosed?: () => void): void;
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

export interface TcpHandle extends StreamHandle {
  connect(request: Request, ip: string, port: number): number;
  connect6(request: Request, ip: string, port: number): number;
  /** Closes with RST. */
  reset(onClosed: () => void): number;
  setNoDelay(isOn: boolean): number;
  getsockname(into: Endpoint): number;
  getpeername(into: Endpoint): number;
}

export interface PipeHandle extends StreamHandle {
  connect(request: Request, path: string): number | undefined;
}

export interface Endpoint {
  address?: string;
  port?: number;
}

/** Libuv holds it until `oncomplete`; what must live as long hangs on it. */
export interface Request {
  oncomplete: (status: number) => void;
  held?: unknown;
}

export type WriteRequest = Request;

export interface Libuv {
  readonly Tcp: new (type: number) => TcpHandle;
  readonly Pipe: new (type: number) => PipeHandle;
  readonly TcpConnect: new () => Request;
  readonly PipeConnect: new () => Request;
  readonly Write: new () => WriteRequest;
  readonly Shutdown: new () => Request;
  /** What the last call of a stream left: see `readBytes` and `wasAsync`, places in it. */
  readonly streamState: { readonly [index: number]: number };
  readonly readBytes: number;
  readonly wasAsync: number;
}

/** Type of a handle that connects or was accepted. */
export const clientType = 0;

export function isTcp(handle: StreamHandle): handle is TcpHandle {
  return 'setNoDelay' in handle;
}

export const endOfFile = -4095;

/** `ECONNRESET` for a negative errno. */
export function systemErrorName(status: number): string {
  return getSystemErrorName(status);
}

let known: Libuv | null | undefined;

export function libuv(): Libuv | null {
  known ??= load();
  return known;
}

function load(): Libuv | null {
  try {
    const stream = bindingOf('stream_wrap');
    const tcp = bindingOf('tcp_wrap');
    const pipe = bindingOf('pipe_wrap');
    const found = {
      Tcp: tcp['TCP'],
      Pipe: pipe['Pipe'],
      TcpConnect: tcp['TCPConnectWrap'],
      PipeConnect: pipe['PipeConnectWrap'],
      Write: stream['WriteWrap'],
      Shutdown: stream['ShutdownWrap'],
      streamState: stream['streamBaseState'],
      readBytes: stream['kReadBytesOrError'],
      wasAsync: stream['kLastWriteWasAsync'],
    };
    return isComplete(found) ? found : null;
  } catch {
    return null;
  }
}

function bindingOf(name: string): { readonly [name: string]: unknown } {
  const lookUp: unknown = Reflect.get(process, 'binding');
  if (typeof lookUp !== 'function') throw new Error('no bindings');
  return Reflect.apply(lookUp, process, [name]) as { readonly [name: string]: unknown };
}

const handleCalls = ['open', 'useUserBuffer', 'readStart', 'readStop', 'writeLatin1String', 'writeBuffer'];
const streamCalls = [...handleCalls, 'shutdown', 'close', 'connect'];
const tcpCalls = [...streamCalls, 'connect6', 'reset', 'setNoDelay', 'getsockname', 'getpeername'];

function isComplete(found: { readonly [name in keyof Libuv]: unknown }): found is Libuv {
  const { Tcp, Pipe, TcpConnect, PipeConnect, Write, Shutdown, streamState, readBytes, wasAsync } = found;
  return (
    hasCalls(Tcp, tcpCalls) &&
    hasCalls(Pipe, streamCalls) &&
    [TcpConnect, PipeConnect, Write, Shutdown].every((it) => typeof it === 'function') &&
    typeof streamState === 'object' &&
    typeof readBytes === 'number' &&
    typeof wasAsync === 'number'
  );
}

function hasCalls(type: unknown, calls: readonly string[]): boolean {
  if (typeof type !== 'function') return false;
  const prototype: unknown = type.prototype;
  return typeof prototype === 'object' && prototype !== null && calls.every((name) => name in prototype);
}
