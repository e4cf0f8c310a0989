import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket, type TLSSocketOptions } from 'node:tls';
import { InternalSocket } from '../../../network/internal-socket.js';
import type { ReadLink } from '../../../network/read-link.js';

/**
 * Everything here that touches private names of Node: TLS over a socket that has been read from, reading into the
 * thread's buffer. Where the names are gone, `openServerSocket` wraps the socket in the public way and copies.
 */

/** How one handshake is to be made. */
export interface ServerSocketOptions {
  readonly secureContext: SecureContext;
  /** The one protocol that both sides want; empty: none. */
  readonly alpn: string;
  readonly requestCert: boolean;
  readonly requireCert: boolean;
  /** DER; null: none. */
  readonly ocspStaple: Buffer | null;
  readonly readBuffer: Buffer;
  /** Keeps the sessions of a client that has no other way to resume; null: a session is not kept, or is a ticket. */
  readonly sessions: SessionShelf | null;
}

/** Where sessions lie that are resumed by id. */
export interface SessionShelf {
  put(id: Buffer, session: Buffer): void;
  get(id: Buffer): Buffer | null;
}

interface TlsHandle {
  receive(bytes: Buffer): void;
  setOCSPResponse?(response: Buffer): void;
  enableSessionCallbacks?(): void;
  loadSession?(session: Buffer | null): void;
  endParser?(): void;
  newSessionDone?(): void;
  onclienthello?: (hello: { readonly sessionId: Buffer }) => void;
  onnewsession?: (id: Buffer, session: Buffer) => void;
}

/** The handle that the socket being made takes over. */
let adopted: object | null = null;

class AdoptingSocket extends TLSSocket {
  protected _wrapHandle(wrap: unknown, handle: unknown, hasActiveWrite: unknown): unknown {
    const own = adopted;
    adopted = null;
    const base: unknown = Reflect.get(TLSSocket.prototype, '_wrapHandle');
    if (typeof base !== 'function') throw new Error('this Node has no TLSSocket._wrapHandle');
    return own === null
      ? Reflect.apply(base, this, [wrap, handle, hasActiveWrite])
      : Reflect.apply(base, this, [null, own, false]);
  }
}

const canAdopt = typeof Reflect.get(TLSSocket.prototype, '_wrapHandle') === 'function';

/**
 * Starts the handshake on `raw`, of which `bytes` have been read, and answers the socket that carries clear bytes.
 * `raw` is not to be used any more. Events may come before this returns.
 */
export function openServerSocket(
  raw: Socket,
  bytes: Buffer,
  link: ReadLink,
  options: ServerSocketOptions,
  listen: (socket: TLSSocket) => void,
): void {
  const handle: unknown = Reflect.get(raw, '_handle');
  const common: TLSSocketOptions = {
    isServer: true,
    secureContext: options.secureContext,
    requestCert: options.requestCert,
    rejectUnauthorized: options.requireCert,
    ...(options.alpn === '' ? {} : { ALPNProtocols: [options.alpn] }),
  };
  if (canAdopt && typeof handle === 'object' && handle !== null) {
    Reflect.set(raw, '_handle', null);
    adopted = handle;
    const onread = { buffer: options.readBuffer, callback: (length: number) => link.onRead(length) };
    const socket = new AdoptingSocket(
      null as never,
      { ...common, allowHalfOpen: true, onread } as TLSSocketOptions,
    );
    // Without a socket of its own the constructor thinks that it is about to connect.
    Reflect.set(socket, 'connecting', false);
    const own = tlsHandleOf(socket);
    equip(own, options);
    listen(socket);
    own?.receive(bytes);
    return;
  }
  const isInternal = raw instanceof InternalSocket;
  if (isInternal) raw.readAsStream();
  raw.unshift(bytes);
  const socket = new TLSSocket(raw, common);
  if (isInternal) Reflect.set(socket, 'connecting', false);
  equip(tlsHandleOf(socket), options);
  socket.on('data', (data: Buffer) => copyIn(data, link, options.readBuffer, socket));
  listen(socket);
}

/** What is given to a handle before the first byte. */
function equip(handle: TlsHandle | null, { ocspStaple, sessions }: ServerSocketOptions): void {
  if (handle === null) return;
  if (ocspStaple !== null) handle.setOCSPResponse?.(ocspStaple);
  if (sessions === null || handle.enableSessionCallbacks === undefined) return;
  handle.enableSessionCallbacks();
  handle.onclienthello = ({ sessionId }) => {
    if (sessionId.length > 0) handle.loadSession?.(sessions.get(sessionId));
    handle.endParser?.();
  };
  handle.onnewsession = (id, session) => {
    sessions.put(id, session);
    handle.newSessionDone?.();
  };
}

/** Gives what a socket read by itself to whoever reads it, through the thread's buffer. */
export function copyIn(
  data: Buffer,
  reader: { onRead(length: number): boolean },
  readBuffer: Buffer,
  socket: Socket,
): void {
  for (let at = 0; at < data.length && !socket.destroyed; ) {
    const length = data.copy(readBuffer, 0, at);
    if (!reader.onRead(length)) socket.pause();
    at += length;
  }
}

function tlsHandleOf(socket: TLSSocket): TlsHandle | null {
  const handle: unknown = Reflect.get(socket, '_handle');
  return typeof handle === 'object' && handle !== null && 'receive' in handle ? (handle as TlsHandle) : null;
}

/** What OpenSSL says of the peer's chain: an error's code, `CERT_HAS_EXPIRED`; empty when it is sound or was not sent. */
export function verifyErrorOf(socket: TLSSocket): string {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return '';
  const verify: unknown = Reflect.get(handle, 'verifyError');
  if (typeof verify !== 'function') return 'ERR_NO_VERIFICATION';
  const error: unknown = Reflect.apply(verify, handle, []);
  if (typeof error !== 'object' || error === null) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : 'UNSPECIFIED';
}

/** A key that tickets are made with, as the callback below wants it. */
export interface TicketKey {
  /** 16 bytes that say which key a ticket was made with. */
  readonly name: Buffer;
  readonly hmac: Buffer;
  /** 16 bytes. */
  readonly aes: Buffer;
}

/** Asked for keys at every ticket; the first makes new tickets, all of them open old ones. */
export type TicketKeys = () => readonly TicketKey[];

/**
 * Makes a context use these keys; false where this Node cannot. With `renewsAll` a resumed session gets a new ticket
 * as well: clients of TLS 1.3 use each ticket once (RFC 8446, appendix C.4), and would resume every other time only.
 */
export function useTicketKeys(context: SecureContext, keys: TicketKeys, renewsAll: boolean): boolean {
  const native: unknown = Reflect.get(context, 'context');
  if (typeof native !== 'object' || native === null) return false;
  const enable: unknown = Reflect.get(native, 'enableTicketKeyCallback');
  if (typeof enable !== 'function') return false;
  Reflect.set(native, 'onticketkeycallback', (name: Buffer, iv: Buffer, isEncryption: boolean) =>
    answerTicket(keys(), name, iv, isEncryption, renewsAll),
  );
  Reflect.apply(enable, native, []);
  return true;
}

/** 1 = go on with this key, 2 = go on and make a new ticket, 0 = unknown: a full handshake. */
function answerTicket(
  keys: readonly TicketKey[],
  name: Buffer,
  iv: Buffer,
  isEncryption: boolean,
  renewsAll: boolean,
): readonly [number, Buffer?, Buffer?, Buffer?, Buffer?] {
  const first = keys[0];
  if (first === undefined) return [0, noBytes, noKey];
  if (isEncryption) return [1, first.hmac, first.aes, first.name, iv];
  const found = keys.find((key) => key.name.equals(name));
  if (found === undefined) return [0, noBytes, noKey];
  return [found === first && !renewsAll ? 1 : 2, found.hmac, found.aes];
}

const noBytes = Buffer.alloc(1);
const noKey = Buffer.alloc(16);
