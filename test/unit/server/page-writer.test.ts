import { equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type TestContext, test } from 'node:test';
import { writePage } from '../../../src/server/page-writer.js';

/** A server that answers with what `write` writes, and an answer of it whose body is not read yet. */
async function answerOf(t: TestContext, write: (response: ServerResponse) => void): Promise<IncomingMessage> {
  const server = createServer((_request, response) => write(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

test('a body in pieces arrives whole and in order', async (t) => {
  const pieces = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`);
  const response = await answerOf(t, (answer) => void writePage(answer, pieces));
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += String(part);
  equal(text, pieces.join(''));
});

test('other work gets its turn while pieces are made', async (t) => {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  function* slow(): Generator<string, void> {
    for (let i = 0; i < 10; i++) {
      const until = performance.now() + 3;
      while (performance.now() < until);
      yield 'x'.repeat(50_000);
    }
    isDone = true;
  }
  const response = await answerOf(t, (answer) => {
    setImmediate(count);
    void writePage(answer, slow());
  });
  for await (const part of response) ok(part);
  ok(turns >= 10, `${turns} turns`);
});

test('no piece is made for a client that has gone', async (t) => {
  let made = 0;
  function* endless(): Generator<string, void> {
    for (;;) {
      made++;
      yield 'x'.repeat(10_000);
    }
  }
  let written: Promise<void> | undefined;
  const response = await answerOf(t, (answer) => {
    written = writePage(answer, endless());
  });
  response.destroy();
  await written;
  ok(made > 0);
});
