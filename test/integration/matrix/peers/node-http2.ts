import { once } from 'node:events';
import { request as plainRequest } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { text } from 'node:stream/consumers';
import {
  authorityOf,
  echoParts,
  type Front,
  type Peer,
  type Plays,
  playEach,
  webSocketText,
} from '../cells.js';
import { maskedText, plainText } from '../web-socket-frames.js';

/** One connection for all streams of a play, as HTTP/2 means it. */
class Session {
  private readonly session: ClientHttp2Session;

  constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on('error', () => undefined);
  }

  static async open(at: 'h2c' | 'tls', front: Front): Promise<Session> {
    const scheme = at === 'tls' ? 'https' : 'http';
    const session = connect(`${scheme}://127.0.0.1:${front.port(at)}`, { rejectUnauthorized: false });
    const opened = new Session(session);
    await once(session, 'remoteSettings');
    return opened;
  }

  /** A stream whose request goes on. */
  begin(path: string, headers: OutgoingHttpHeaders = {}, waitForTrailers = false): ClientHttp2Stream {
    const all = { ':method': 'POST', ':path': path, ...headers };
    return this.session.request(all, { endStream: false, waitForTrailers });
  }

  get(path: string, method = 'GET'): ClientHttp2Stream {
    return this.session.request({ ':method': method, ':path': path });
  }

  tunnel(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    return this.session.request({ ':method': 'CONNECT', ...headers }, { endStream: false });
  }

  destroy(): void {
    this.session.destroy();
  }
}

async function head(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  return headers;
}

async function whole(stream: ClientHttp2Stream): Promise<string> {
  const headers = await head(stream);
  return `${headers[':status']} ${await text(stream)}`;
}

function trailersOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  return once(stream, 'trailers').then(([trailers]) => trailers as IncomingHttpHeaders);
}

type Play = (session: Session, front: Front, root: string) => Promise<string>;

const onStreams: { readonly [scenario in keyof Plays]-?: Play } = {
  GET: (session, _front, root) => whole(session.get(`${root}/hello`)),
  HEAD: async (session, _front, root) => {
    const stream = session.get(`${root}/hello`, 'HEAD');
    const headers = await head(stream);
    return `${headers[':status']}, length ${headers['content-length']}, ${(await text(stream)).length} bytes`;
  },
  upload: (session, front, root) => whole(session.begin(`${root}/sum`).end(front.body)),
  'both ways at once': async (session, front, root) => {
    const stream = session.begin(`${root}/echo`);
    const trailers = trailersOf(stream);
    const size = Math.ceil(front.body.length / echoParts);
    stream.write(front.body.subarray(0, size));
    let bytes = 0;
    let sent = 1;
    for await (const part of stream) {
      bytes += (part as Buffer).length;
      if (bytes < sent * size) continue;
      if (sent < echoParts) stream.write(front.body.subarray(sent * size, (sent + 1) * size));
      else stream.end();
      sent++;
    }
    return `${bytes} bytes, ${(await trailers)['x-sum']}`;
  },
  trailers: async (session, _front, root) => {
    const stream = session.begin(`${root}/trailers`, {}, true);
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sent': 'yes' }));
    const trailers = trailersOf(stream);
    const body = await text(stream.end('body'));
    return `${body} ${(await trailers)['x-sum']}, sent ${(await trailers)['x-seen']}`;
  },
  '100-continue': async (session, _front, root) => {
    const stream = session.begin(`${root}/sum`, { expect: '100-continue', 'content-length': 4 });
    await once(stream, 'continue');
    return `100, ${await whole(stream.end('body'))}`;
  },
  'early answer': async (session, _front, root) => {
    const stream = session.begin(`${root}/early`);
    stream.write('not all');
    return whole(stream);
  },
  'reset by the client': async (session, front, root) => {
    const path = `${root}/node-http2/hang`;
    const stream = session.get(path);
    await once(stream, 'data');
    stream.close(constants.NGHTTP2_CANCEL);
    await front.ended(path);
    return 'the origin saw it';
  },
  'reset before the answer': async (session, _front, root) =>
    `${(await head(session.get(`${root}/reset`)))[':status']}`,
  'reset within the answer': async (session, _front, root) => {
    const stream = session.get(`${root}/cut`);
    const headers = await head(stream);
    return text(stream).then(
      (all) => `${all.length} bytes and no error`,
      () => `${headers[':status']} and cut off`,
    );
  },
  WebSocket: async (session, _front, root) => {
    const stream = session.tunnel({
      ':protocol': 'websocket',
      ':scheme': 'http',
      ':path': `${root}/socket`,
      ':authority': 'test.local',
    });
    await head(stream);
    stream.write(maskedText(webSocketText));
    const expected = plainText(webSocketText);
    let bytes = Buffer.alloc(0);
    for await (const part of stream) {
      bytes = Buffer.concat([bytes, part as Buffer]);
      if (bytes.length >= expected.length) break;
    }
    stream.close();
    return bytes.equals(expected) ? 'as expected' : JSON.stringify(bytes.toString('latin1'));
  },
  CONNECT: async (session, _front, root) => {
    const stream = session.tunnel({ ':authority': authorityOf(root) });
    const headers = await head(stream);
    const inner = plainRequest({ path: '/', createConnection: () => stream as never }).end();
    const [response] = await once(inner, 'response');
    const answer = `${response.statusCode} ${await text(response)}`;
    stream.close();
    return `${headers[':status']}, then ${answer}`;
  },
};

async function play(at: 'h2c' | 'tls', front: Front, cells: Parameters<Peer['play']>[1]): Promise<string[]> {
  const session = await Session.open(at, front);
  const bound = Object.fromEntries(
    Object.entries(onStreams).map(([name, run]) => [
      name,
      (_: Front, root: string) => run(session, front, root),
    ]),
  );
  const outcomes = await playEach(bound, front, cells);
  session.destroy();
  return outcomes;
}

export const nodeHttp2Peers: readonly Peer[] = (['h2c', 'tls'] as const).map((at) => ({
  client: 'node:http2',
  listener: at,
  missing: false,
  without: {},
  sendsTrailers: true,
  play: (front, cells) => play(at, front, cells),
}));
