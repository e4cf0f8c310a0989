import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { fetch, request as undiciRequest } from 'undici';
import { longText, startFront } from './front.js';

const limits = { timeout: 60_000 };

describe('clients written in JavaScript', () => {
  test('node:http reads trailers and early hints, and waits for 100-continue', limits, async (t) => {
    const proxy = await startFront(t);
    const get = request({ port: proxy.port(), host: '127.0.0.1', path: '/trailers' }).end();
    const [response] = await once(get, 'response');
    equal(await text(response), 'with trailers');
    equal(response.trailers['x-sum'], '13');

    const post = request({
      port: proxy.port(),
      host: '127.0.0.1',
      path: '/echo',
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 4 },
    });
    post.flushHeaders();
    await once(post, 'continue');
    post.end('body');
    const [echoed] = await once(post, 'response');
    equal(await text(echoed), 'body');
  });

  test('node:http gets an early answer to an upload that is not over', limits, async (t) => {
    const proxy = await startFront(t);
    const post = request({ port: proxy.port(), host: '127.0.0.1', path: '/early', method: 'POST' });
    post.on('error', () => undefined);
    post.write(Buffer.alloc(256 * 1024));
    const [response] = await once(post, 'response');
    equal(response.statusCode, 413);
    equal(await text(response), 'early');
    post.destroy();
  });

  test('undici decompresses, uploads streams and reuses connections', limits, async (t) => {
    const proxy = await startFront(t);
    const root = `http://127.0.0.1:${proxy.port()}`;
    const compressed = await fetch(`${root}/text`, { headers: { 'accept-encoding': 'gzip' } });
    equal(compressed.headers.get('content-encoding'), 'gzip');
    equal(await compressed.text(), longText);
    async function* parts(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 32; i++) yield Buffer.alloc(32 * 1024, i);
    }
    const echoed = await undiciRequest(`${root}/echo`, { method: 'POST', body: Readable.from(parts()) });
    const bytes = Buffer.from(await echoed.body.arrayBuffer());
    deepEqual([bytes.length, bytes[0], bytes.at(-1)], [1024 * 1024, 0, 31]);
    for (let i = 0; i < 20; i++) equal(await (await fetch(`${root}/`)).text(), 'ok');
  });

  test('a client that closes its writing side ends its request, as in Envoy', limits, async (t) => {
    const proxy = await startFront(t);
    const socket = connect(proxy.port(), '127.0.0.1');
    socket.end('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    let answer = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
    });
    await once(socket, 'close');
    equal(answer, '');
  });
});
