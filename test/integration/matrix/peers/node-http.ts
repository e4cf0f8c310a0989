import { once } from 'node:events';
import {
  type ClientRequest,
  type IncomingMessage,
  request as plainRequest,
  type RequestOptions,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
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

type At = 'h1' | 'tls';

function ask(at: At, front: Front, path: string, options: RequestOptions = {}): ClientRequest {
  const request = at === 'tls' ? tlsRequest : plainRequest;
  const outgoing = request({
    port: front.port(at),
    host: '127.0.0.1',
    path,
    agent: false,
    rejectUnauthorized: false,
    ...options,
  });
  outgoing.on('error', () => undefined);
  return outgoing;
}

/** The answer's head, or the error that came instead. */
async function head(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

async function whole(outgoing: ClientRequest): Promise<string> {
  const response = await head(outgoing);
  return `${response.statusCode} ${await text(response)}`;
}

/** The first bytes that come, as many as `expected` has. */
async function read(stream: Duplex, expected: Buffer, first: Buffer): Promise<string> {
  let bytes = first;
  while (bytes.length < expected.length) {
    const [more] = (await once(stream, 'data')) as [Buffer];
    bytes = Buffer.concat([bytes, more]);
  }
  return bytes.equals(expected) ? 'as expected' : JSON.stringify(bytes.toString('latin1'));
}

function plays(at: At): Plays {
  return {
    GET: (front, root) => whole(ask(at, front, `${root}/hello`).end()),
    HEAD: async (front, root) => {
      const response = await head(ask(at, front, `${root}/hello`, { method: 'HEAD' }).end());
      return `${response.statusCode}, length ${response.headers['content-length']}, ${(await text(response)).length} bytes`;
    },
    upload: (front, root) => whole(ask(at, front, `${root}/sum`, { method: 'POST' }).end(front.body)),
    'both ways at once': async (front, root) => {
      const outgoing = ask(at, front, `${root}/echo`, { method: 'POST' });
      const size = Math.ceil(front.body.length / echoParts);
      outgoing.write(front.body.subarray(0, size));
      const response = await head(outgoing);
      let bytes = 0;
      let sent = 1;
      for await (const part of response) {
        bytes += (part as Buffer).length;
        if (bytes < sent * size) continue;
        if (sent < echoParts) outgoing.write(front.body.subarray(sent * size, (sent + 1) * size));
        else outgoing.end();
        sent++;
      }
      return `${bytes} bytes, ${response.trailers['x-sum']}`;
    },
    trailers: async (front, root) => {
      const outgoing = ask(at, front, `${root}/trailers`, { method: 'POST', headers: { trailer: 'x-sent' } });
      outgoing.addTrailers({ 'x-sent': 'yes' });
      outgoing.write('body');
      outgoing.end();
      const response = await head(outgoing);
      const body = await text(response);
      return `${body} ${response.trailers['x-sum']}, sent ${response.trailers['x-seen']}`;
    },
    '100-continue': async (front, root) => {
      const headers = { expect: '100-continue', 'content-length': 4 };
      const outgoing = ask(at, front, `${root}/sum`, { method: 'POST', headers });
      outgoing.flushHeaders();
      await once(outgoing, 'continue');
      return `100, ${await whole(outgoing.end('body'))}`;
    },
    'early answer': async (front, root) => {
      const outgoing = ask(at, front, `${root}/early`, { method: 'POST' });
      outgoing.write('not all');
      const answer = await whole(outgoing);
      outgoing.destroy();
      return answer;
    },
    'reset by the client': async (front, root) => {
      const path = `${root}/node-http-${at}/hang`;
      const outgoing = ask(at, front, path).end();
      await once(await head(outgoing), 'data');
      outgoing.destroy();
      await front.ended(path);
      return 'the origin saw it';
    },
    'reset before the answer': async (front, root) =>
      `${(await head(ask(at, front, `${root}/reset`).end())).statusCode}`,
    'reset within the answer': async (front, root) => {
      const response = await head(ask(at, front, `${root}/cut`).end());
      return buffer(response).then(
        (all) => `${all.length} bytes and no error`,
        () => `${response.statusCode} and cut off`,
      );
    },
    WebSocket: async (front, root) => {
      const headers = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': 'a2V5' };
      const outgoing = ask(at, front, `${root}/socket`, { headers }).end();
      const [, socket, first] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Duplex, Buffer];
      socket.write(maskedText(webSocketText));
      const answer = await read(socket, plainText(webSocketText), first);
      socket.destroy();
      return answer;
    },
    CONNECT: async (front, root) => {
      const outgoing = ask(at, front, authorityOf(root), { method: 'CONNECT' }).end();
      const [response, socket] = (await once(outgoing, 'connect')) as [IncomingMessage, Duplex, Buffer];
      const inner = plainRequest({ path: '/', createConnection: () => socket as never }).end();
      const answer = await whole(inner);
      socket.destroy();
      return `${response.statusCode}, then ${answer}`;
    },
  };
}

export const nodeHttpPeers: readonly Peer[] = (['h1', 'tls'] as const).map((at) => ({
  client: 'node:http',
  listener: at,
  missing: false,
  without: {},
  sendsTrailers: true,
  play: (front, cells) => playEach(plays(at), front, cells),
}));
