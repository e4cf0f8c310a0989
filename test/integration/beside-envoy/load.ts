import { createHash } from 'node:crypto';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { echoMethods } from '../grpc/echo-service.js';

/** Bytes of bodies: none, a few, around a frame's size, beyond a stream's first window. */
const sizes = [0, 1, 1_000, 16_383, 16_384, 16_385, 70_000, 300_000];
const pattern = Buffer.alloc(300_000, 'bodies of several sizes ');

/** Sends requests over a few connections with many streams each; a connection that is told to go is replaced. */
export class Http2Load {
  private readonly port: number;
  private readonly sessions: (ClientHttp2Session | undefined)[];
  /** What went otherwise than it should. */
  readonly wrong: string[];
  /** Connections that were told to go. */
  sentAway: number;
  private answered: number;

  constructor(port: number, connections: number) {
    this.port = port;
    this.sessions = Array.from({ length: connections });
    this.wrong = [];
    this.sentAway = 0;
    this.answered = 0;
  }

  /** So many requests, so many at a time; `onAnswer` is told their number so far. */
  async run(requests: number, atATime: number, onAnswer: (answered: number) => void): Promise<void> {
    let next = 0;
    const sender = async (): Promise<void> => {
      while (next < requests) {
        const i = next++;
        const outcome = await this.exchange(i);
        if (outcome !== 'as expected') this.wrong.push(`request ${i}: ${outcome}`);
        onAnswer(++this.answered);
      }
    };
    await Promise.all(Array.from({ length: atATime }, sender));
  }

  close(): void {
    for (const session of this.sessions) session?.close();
  }

  private session(i: number): ClientHttp2Session {
    const at = i % this.sessions.length;
    let session = this.sessions[at];
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(`http://127.0.0.1:${this.port}`);
      session.on('error', (error: Error) => this.wrong.push(`a connection: ${error.message}`));
      session.on('goaway', () => this.sentAway++);
      this.sessions[at] = session;
    }
    return session;
  }

  private async exchange(i: number): Promise<string> {
    const body = pattern.subarray(0, sizes[i % sizes.length]);
    for (;;) {
      const session = this.session(i);
      const stream = session.request(
        { ':method': 'POST', ':path': `/echo/${i}` },
        { endStream: body.length === 0 },
      );
      if (body.length > 0) stream.end(body);
      const outcome = await outcomeOf(stream, body).catch((error: Error) => error.message);
      // Node's library does not send what it had in hand when GOAWAY came.
      if (!(session.closed && outcome.includes('NGHTTP2_REFUSED_STREAM'))) return outcome;
    }
  }
}

function outcomeOf(stream: ClientHttp2Stream, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let status = 0;
    let sum: unknown;
    stream.on('response', (headers) => {
      status = headers[':status'] ?? 0;
    });
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('trailers', (trailers) => {
      sum = trailers['x-sum'];
    });
    stream.on('error', reject);
    stream.on('close', () => {
      const isSame = Buffer.concat(parts).equals(body);
      const isSummed = sum === createHash('sha1').update(body).digest('hex');
      const isRight = status === 200 && stream.rstCode === 0 && isSame && isSummed;
      resolve(
        isRight
          ? 'as expected'
          : `${status}, reset ${stream.rstCode}, body ${isSame ? 'right' : `wrong: ${Buffer.concat(parts)}`.slice(0, 99)}, trailer ${isSummed}`,
      );
    });
  });
}

/** A conversation to and fro, and how it ended. */
export function chat(client: Client, messages: number): Promise<string> {
  const bytes = (value: Buffer): Buffer => value;
  const call: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(
    echoMethods.Chat.path,
    bytes,
    bytes,
  );
  let got = 0;
  call.on('error', () => undefined);
  call.on('data', () => {
    if (++got < messages) call.write(pattern.subarray(0, (got * 997) % 9_000));
    else call.end();
  });
  call.write(pattern.subarray(0, 10));
  return new Promise((resolve) => {
    call.on('status', ({ code, details }) => resolve(`${got} messages, ${code} ${details}`));
  });
}

export function grpcClient(port: number): Client {
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
  });
}
