import { connect as connectClear, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { readMessages } from '../wire.js';
import type { PeerCertificate, TlsCertificates } from './tls-certificates.js';

/** One client of a TLS listener. */
export interface TlsCase {
  readonly name: string;
  readonly listener: string;
  /** The certificate it shows. */
  readonly shows?: PeerCertificate | 'none';
  readonly options?: ConnectionOptions;
  /** Paths that it asks for, one after the other; none: it waits for the proxy to end the connection. */
  readonly asks?: readonly string[];
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Comes a second time with the session of the first, to that listener where it is another. */
  readonly resumes?: boolean | Again;
  /** Sends this in clear text and waits for the end. */
  readonly clearText?: string;
}

/** What is other when a client comes again. */
export interface Again {
  readonly at?: string;
  readonly shows?: PeerCertificate | 'none';
  readonly options?: ConnectionOptions;
}

/** What a client saw, and the port it came from. */
export interface TlsView {
  readonly port: number;
  readonly lines: readonly string[];
}

const patienceMs = 30_000;

/** Takes a client through its case; answers one view a connection. */
export async function visit(
  it: TlsCase,
  ports: { readonly [listener: string]: number },
  certificates: TlsCertificates,
): Promise<TlsView[]> {
  const port = ports[it.listener] ?? 0;
  if (it.clearText !== undefined) return [await inClear(it.clearText, port)];
  const first = await new Visit(it, port, certificates, undefined).done;
  const { resumes = false } = it;
  if (resumes === false) return [first];
  const { at = it.listener, ...other }: Again = resumes === true ? {} : resumes;
  return [first, await new Visit({ ...it, ...other }, ports[at] ?? 0, certificates, first.session).done];
}

class Visit {
  readonly done: Promise<TlsView & { readonly session: Buffer | undefined }>;
  private readonly it: TlsCase;
  private readonly socket: TLSSocket;
  private readonly lines: string[];
  private session: Buffer | undefined;
  private received: string;
  private answers: number;

  constructor(it: TlsCase, port: number, certificates: TlsCertificates, session: Buffer | undefined) {
    this.it = it;
    this.lines = [];
    this.session = session;
    this.received = '';
    this.answers = 0;
    const shown = it.shows === undefined || it.shows === 'none' ? undefined : certificates.peers[it.shows];
    this.socket = connect({
      host: '127.0.0.1',
      port,
      rejectUnauthorized: false,
      ...(shown && { cert: shown.pem, key: shown.keyPem }),
      ...(session && { session }),
      ...it.options,
    });
    let from = 0;
    this.done = new Promise((resolve) => {
      const { socket } = this;
      socket.once('connect', () => {
        from = socket.localPort ?? 0;
      });
      socket.setTimeout(patienceMs, () => {
        this.lines.push('[waits]');
        socket.destroy();
      });
      socket.on('secureConnect', () => this.onSecure());
      socket.on('session', (ticket: Buffer) => {
        this.session = ticket;
      });
      socket.on('data', (data: Buffer) => this.onData(data));
      socket.on('error', (error: NodeJS.ErrnoException) => this.lines.push(`[error] ${error.code}`));
      socket.on('close', () =>
        resolve({ port: from, lines: [...this.lines, '[closed]'], session: this.session }),
      );
    });
  }

  private onSecure(): void {
    const { socket } = this;
    const certificate = socket.getPeerCertificate();
    const facts = [socket.getProtocol(), socket.getCipher().name, `alpn ${socket.alpnProtocol}`];
    if (!socket.isSessionReused()) facts.push(`certificate ${String(certificate.subject?.CN)}`);
    this.lines.push([...facts, socket.isSessionReused() ? 'resumed' : 'full'].join(', '));
    this.ask();
  }

  private ask(): void {
    const path = this.it.asks?.[this.answers];
    if (path === undefined) return;
    const fields = [['host', 'test.local'] as const, ...(this.it.headers ?? [])];
    const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.socket.write(`GET ${path} HTTP/1.1\r\n${head}\r\n`);
  }

  private onData(data: Buffer): void {
    this.received += data.toString('latin1');
    const [message] = readMessages(this.received);
    if (message === undefined || !message.isComplete) return;
    this.received = '';
    this.answers++;
    this.lines.push(message.startLine, JSON.stringify(message.body));
    if (this.answers < (this.it.asks?.length ?? 0)) this.ask();
    else this.endWhenDone();
  }

  /** What a client may resume with came before the first answer, if there is any. */
  private endWhenDone(): void {
    if (this.answers < (this.it.asks?.length ?? 1)) return;
    this.socket.end();
  }
}

function inClear(text: string, port: number): Promise<TlsView> {
  return new Promise((resolve) => {
    const lines: string[] = [];
    let from = 0;
    const socket: Socket = connectClear({ port, host: '127.0.0.1' }, () => {
      from = socket.localPort ?? 0;
      socket.write(text);
    });
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('data', (data: Buffer) => lines.push(data.toString('hex')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ port: from, lines: [...lines, '[closed]'] }));
  });
}
