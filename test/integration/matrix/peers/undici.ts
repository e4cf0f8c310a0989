import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import { Client, type Dispatcher, H2CClient } from 'undici';
import {
  authorityOf,
  echoParts,
  type Front,
  type Listener,
  type Peer,
  type Plays,
  playEach,
  webSocketText,
} from '../cells.js';
import { maskedText, plainText } from '../web-socket-frames.js';

type Options = Pick<Dispatcher.RequestOptions, 'path' | 'method'> & Partial<Dispatcher.RequestOptions>;

function plays(open: (front: Front) => Dispatcher, way: string): Plays {
  /** A connection for the time of one exchange. */
  const withClient = async <T>(front: Front, use: (client: Dispatcher) => Promise<T>): Promise<T> => {
    const client = open(front);
    try {
      return await use(client);
    } finally {
      await client.destroy();
    }
  };
  const whole = (front: Front, options: Options): Promise<string> =>
    withClient(front, async (client) => {
      const { statusCode, body } = await client.request(options);
      return `${statusCode} ${await body.text()}`;
    });
  return {
    GET: (front, root) => whole(front, { path: `${root}/hello`, method: 'GET' }),
    HEAD: (front, root) =>
      withClient(front, async (client) => {
        const { statusCode, headers, body } = await client.request({ path: `${root}/hello`, method: 'HEAD' });
        return `${statusCode}, length ${headers['content-length']}, ${(await body.text()).length} bytes`;
      }),
    upload: (front, root) => whole(front, { path: `${root}/sum`, method: 'POST', body: front.body }),
    'both ways at once': (front, root) => withClient(front, (client) => echo(client, front, root)),
    trailers: (front, root) =>
      withClient(front, async (client) => {
        const request = { path: `${root}/trailers`, method: 'POST', body: 'body' } as const;
        const { body, trailers } = await client.request(request);
        const text = await body.text();
        const seen = trailers as { readonly [name: string]: string };
        return `${text} ${seen['x-sum']}, sent ${seen['x-seen']}`;
      }),
    'early answer': (front, root) =>
      withClient(front, async (client) => {
        const upload = new PassThrough();
        upload.on('error', () => undefined);
        upload.write('not all');
        const { statusCode, body } = await client.request({
          path: `${root}/early`,
          method: 'POST',
          body: upload,
        });
        return `${statusCode} ${await body.text()}`;
      }),
    'reset by the client': (front, root) =>
      withClient(front, async (client) => {
        const path = `${root}/undici-${way}/hang`;
        const { body } = await client.request({ path, method: 'GET' });
        body.on('error', () => undefined);
        await once(body, 'data');
        body.destroy();
        await front.ended(path);
        return 'the origin saw it';
      }),
    'reset before the answer': (front, root) =>
      withClient(front, async (client) => {
        const { statusCode, body } = await client.request({ path: `${root}/reset`, method: 'GET' });
        await body.dump();
        return String(statusCode);
      }),
    'reset within the answer': (front, root) =>
      withClient(front, async (client) => {
        const { statusCode, body } = await client.request({ path: `${root}/cut`, method: 'GET' });
        return body.text().then(
          (all) => `${all.length} bytes and no error`,
          () => `${statusCode} and cut off`,
        );
      }),
    WebSocket: (front, root) =>
      withClient(front, async (client) => {
        const headers = { 'sec-websocket-key': 'a2V5' };
        const { socket } = await client.upgrade({ path: `${root}/socket`, protocol: 'websocket', headers });
        return speak(socket, maskedText(webSocketText), plainText(webSocketText));
      }),
    CONNECT: (front, root) =>
      withClient(front, async (client) => {
        const { statusCode, socket } = await client.connect({
          path: authorityOf(root),
          origin: 'http://unused',
        });
        const asked = Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
        const answer = await speak(socket, asked, Buffer.from('HTTP/1.1 200 OK'));
        return `${statusCode}, then ${answer === 'as expected' ? '200 hello' : answer}`;
      }),
  };
}

async function echo(client: Dispatcher, front: Front, root: string): Promise<string> {
  const upload = new PassThrough();
  const size = Math.ceil(front.body.length / echoParts);
  upload.write(front.body.subarray(0, size));
  const { body } = await client.request({ path: `${root}/echo`, method: 'POST', body: upload });
  const hash = createHash('sha1');
  let bytes = 0;
  let sent = 1;
  for await (const part of body) {
    hash.update(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes < sent * size) continue;
    if (sent < echoParts) upload.write(front.body.subarray(sent * size, (sent + 1) * size));
    else upload.end();
    sent++;
  }
  return `${bytes} bytes, ${hash.digest('hex')}`;
}

/** Says something in a tunnel; how the answer begins decides. */
async function speak(socket: Duplex, said: Buffer, expected: Buffer): Promise<string> {
  socket.on('error', () => undefined);
  socket.write(said);
  let bytes = Buffer.alloc(0);
  while (bytes.length < expected.length) {
    const [more] = (await once(socket, 'data')) as [Buffer];
    bytes = Buffer.concat([bytes, more]);
  }
  socket.destroy();
  const isExpected = bytes.subarray(0, expected.length).equals(expected);
  return isExpected ? 'as expected' : JSON.stringify(bytes.toString('latin1'));
}

const noContinue = 'undici refuses to send Expect';
const noTunnels = 'undici has no upgrades and no CONNECT over HTTP/2';
const withoutOverHttp2 = {
  'early answer': 'undici drops an answer that comes in one read with the reset behind it',
  trailers: 'undici shows no trailers of HTTP/2',
  WebSocket: noTunnels,
  CONNECT: noTunnels,
};

function peer(
  way: string,
  listener: Listener,
  without: Peer['without'],
  open: (front: Front) => Dispatcher,
): Peer {
  return {
    client: `undici (${way})`,
    listener,
    missing: false,
    without: { '100-continue': noContinue, ...without },
    play: (front, cells) => playEach(plays(open, `${way}-${listener}`.replaceAll('/', '')), front, cells),
  };
}

const tls = { connect: { rejectUnauthorized: false } };
const secure = (front: Front): string => `https://127.0.0.1:${front.port('tls')}`;

export const undiciPeers: readonly Peer[] = [
  peer('HTTP/1.1', 'h1', {}, (front) => new Client(`http://127.0.0.1:${front.port('h1')}`)),
  peer('HTTP/1.1', 'tls', {}, (front) => new Client(secure(front), { ...tls, allowH2: false })),
  peer('HTTP/2', 'h2c', withoutOverHttp2, (front) => new H2CClient(`http://127.0.0.1:${front.port('h2c')}`)),
  peer('HTTP/2', 'tls', withoutOverHttp2, (front) => new Client(secure(front), { ...tls, allowH2: true })),
];
