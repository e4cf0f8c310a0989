import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConnectionInfo } from '../../../api/stream-info.js';
import { type ClientHello, readClientHello } from '../../../codec/tls/client-hello.js';
import type { ReadLink, ReadTarget } from '../../../network/read-link.js';
import type { DownstreamTransportOwner, OpeningTransport } from '../../../network/transport-socket.js';
import type { LiveCertificate } from './certificate-facts.js';
import { failureText, verifyFailureText } from './failure-text.js';
import type { HandshakeQueue } from './handshake-queue.js';
import type { KeyLog } from './key-log.js';
import { LiveTlsInfo } from './live-tls-info.js';
import type { PeerVerdict } from './peer-check.js';
import { openServerSocket, type ServerSocketOptions, verifyErrorOf } from './server-socket.js';
import { T, type TlsStats } from './tls-stats.js';

/** What a handshake starts with. */
export interface HandshakeStart {
  readonly options: ServerSocketOptions;
  readonly local: LiveCertificate | null;
}

/** The chain's TLS as its handshakes see it. */
export interface HandshakeOwner {
  readonly readBuffer: Buffer;
  readonly queue: HandshakeQueue;
  readonly stats: TlsStats;
  readonly keyLog: KeyLog | null;
  /** Runs a callback of a socket; what it throws costs that socket alone. */
  guard(body: () => void): void;
  /** Certificate, ciphers and protocol for that client; null when it cannot be served. */
  prepare(hello: ClientHello | null): HandshakeStart | null;
  judge(facts: LiveTlsInfo, verifyError: string, isReused: boolean): PeerVerdict;
  countHandshake(socket: TLSSocket, facts: LiveTlsInfo, hello: ClientHello | null): void;
}

/** A ClientHello that is longer is left to the library, which refuses it. */
const longestHello = 65_536;

/**
 * One handshake with a client:
 *
 *   hello ──ClientHello whole, or none──▶ waiting for its turn ──▶ handshake ──done and peer accepted──▶ over
 *      └───────────────┴── peer gone, error, peer refused ──▶ over ◄──┘
 */
export class ServerHandshake implements ReadTarget, OpeningTransport {
  private readonly tls: HandshakeOwner;
  private readonly link: ReadLink;
  private readonly info: ConnectionInfo;
  private readonly owner: DownstreamTransportOwner;
  private socket: Socket;
  private bytes: Buffer;
  private hello: ClientHello | null;
  private state: 'hello' | 'waiting' | 'handshake' | 'over';
  private readonly onGone: () => void;
  private readonly onError: (error: NodeJS.ErrnoException) => void;

  constructor(
    tls: HandshakeOwner,
    socket: Socket,
    link: ReadLink,
    bytes: Buffer,
    info: ConnectionInfo,
    owner: DownstreamTransportOwner,
  ) {
    this.tls = tls;
    this.link = link;
    this.info = info;
    this.owner = owner;
    this.socket = socket;
    this.bytes = bytes;
    this.hello = null;
    this.state = 'hello';
    this.onGone = () => this.fail('');
    this.onError = (error) => this.fail(failureText(error.code ?? ''));
    this.watch(socket);
  }

  /** Not within the caller's turn when bytes are there already: it has yet to keep what this is. */
  start(): void {
    this.link.target = this;
    if (this.bytes.length > 0) setImmediate(() => this.tls.guard(() => this.onBytes()));
    else this.socket.resume();
  }

  abandon(): Socket {
    this.finish();
    return this.socket;
  }

  // ReadTarget

  get isReading(): boolean {
    return this.state === 'hello';
  }

  onRead(length: number): boolean {
    if (this.state !== 'hello') return false;
    const read = this.tls.readBuffer.subarray(0, length);
    this.bytes = this.bytes.length === 0 ? Buffer.from(read) : Buffer.concat([this.bytes, read]);
    this.tls.guard(() => this.onBytes());
    return true;
  }

  private onBytes(): void {
    if (this.state !== 'hello') return;
    const reading = readClientHello(this.bytes, this.bytes.length);
    if (reading === 'incomplete' && this.bytes.length < longestHello) {
      this.socket.resume();
      return;
    }
    this.hello = typeof reading === 'object' ? reading : null;
    this.state = 'waiting';
    this.tls.queue.add(() => {
      if (this.state !== 'waiting') return false;
      this.tls.guard(() => this.begin());
      return true;
    });
  }

  private begin(): void {
    const start = this.tls.prepare(this.hello);
    if (start === null) {
      this.fail('');
      return;
    }
    this.state = 'handshake';
    this.unwatch(this.socket);
    const { bytes, link } = this;
    this.bytes = Buffer.alloc(0);
    openServerSocket(this.socket, bytes, link, start.options, (socket) => {
      this.socket = socket;
      this.watch(socket);
      this.tls.keyLog?.watch(socket, this.info);
      socket.once('secure', () => this.tls.guard(() => this.onSecure(socket, start.local)));
      socket.once('close', this.onGone);
    });
  }

  /** Our own look at the peer's certificate; the library's verdict is one part of it. */
  private onSecure(socket: TLSSocket, local: LiveTlsInfo['local']): void {
    if (this.state !== 'handshake') return;
    const { hello, tls } = this;
    const facts = new LiveTlsInfo(socket, local, hello?.serverName ?? '');
    const verdict = tls.judge(facts, verifyErrorOf(socket), socket.isSessionReused());
    if (verdict.stat >= 0) tls.stats.ssl.inc(verdict.stat);
    if (!verdict.isAccepted) {
      this.refuse(verifyFailureText(verdict.detail));
      return;
    }
    facts.isPeerValidated = verdict.isValidated;
    tls.countHandshake(socket, facts, hello);
    this.finish();
    socket.on('error', (error: NodeJS.ErrnoException) => this.onLaterError(error));
    this.owner.onTransportReady(socket, facts);
  }

  /** An alert, or bytes that are none of TLS, on a connection that stood. */
  private onLaterError(error: NodeJS.ErrnoException): void {
    const text = failureText(error.code ?? '');
    if (text === '') return;
    this.tls.stats.ssl.inc(T.connection_error);
    if (this.info.transportFailureReason === '') this.info.transportFailureReason = text;
  }

  private fail(reason: string): void {
    if (this.state === 'over') return;
    const { ssl } = this.tls.stats;
    if (reason.includes('PEER_DID_NOT_RETURN')) ssl.inc(T.fail_verify_no_cert);
    else if (reason !== '') ssl.inc(T.connection_error);
    this.refuse(reason);
  }

  private refuse(reason: string): void {
    if (this.finish()) this.owner.onTransportFailed(this.socket, reason);
  }

  private finish(): boolean {
    if (this.state === 'over') return false;
    this.state = 'over';
    this.link.target = null;
    this.unwatch(this.socket);
    this.bytes = Buffer.alloc(0);
    return true;
  }

  private watch(socket: Socket): void {
    socket.on('error', this.onError);
    socket.on('end', this.onGone);
  }

  private unwatch(socket: Socket): void {
    socket.off('error', this.onError);
    socket.off('end', this.onGone);
    socket.off('close', this.onGone);
  }
}
