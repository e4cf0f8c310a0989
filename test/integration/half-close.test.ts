import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  bootstrapText,
  fileLog,
  listener,
  staticCluster,
  tcpAddress,
  tcpProxyFilter,
} from '../support/listener-text.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';
import { dialPeer, TcpOrigin, type TcpPeer } from '../support/tcp-peers.js';

/** A client and an origin, joined by a TCP proxy. */
async function join2(t: TestContext): Promise<{ client: TcpPeer; origin: TcpPeer; proxy: RunningProxy }> {
  const origin = await TcpOrigin.start(t);
  const filter = tcpProxyFilter({ cluster: 'origin', access_log: [fileLog('tcp.log', '%RESPONSE_FLAGS%')] });
  const text = bootstrapText(
    [listener('main', tcpAddress('127.0.0.1'), [filter])],
    [staticCluster('origin', [origin.port])],
  );
  const proxy = await startProxy(t, text, ['--file-flush-interval-msec', '10']);
  const accepted = origin.accept();
  const client = await dialPeer(t, { port: proxy.port() });
  return { client, origin: await accepted, proxy };
}

/** The flags that the access log got, once it got them. */
async function loggedFlags(proxy: RunningProxy): Promise<string> {
  for (;;) {
    try {
      const text = readFileSync(join(proxy.folder, 'tcp.log'), 'latin1');
      if (text !== '') return text.trim();
    } catch {
      // Not opened yet.
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('the FIN of a client reaches the origin, and the answer behind it still comes back', async (t) => {
  const { client, origin, proxy } = await join2(t);
  client.send('question');
  client.end();
  equal(await origin.ended, 'fin');
  equal(origin.text, 'question');
  origin.send('answer');
  origin.end();
  equal(await client.ended, 'fin');
  equal(client.text, 'answer');
  equal(await loggedFlags(proxy), '-');
});

test('the FIN of an origin reaches the client, which can go on sending', async (t) => {
  const { client, origin } = await join2(t);
  origin.send('hello');
  origin.end();
  equal(await client.ended, 'fin');
  client.send('first');
  await origin.received('first');
  client.send('second');
  client.end();
  equal(await origin.ended, 'fin');
  equal(origin.text, 'firstsecond');
});

test('the reset of a client goes on to the origin as a reset', async (t) => {
  const { client, origin, proxy } = await join2(t);
  client.send('x');
  await origin.received('x');
  client.reset();
  equal(await origin.ended, 'reset');
  equal(await loggedFlags(proxy), '-');
});

test('an origin that resets right behind its bytes does not look like one that has finished', async (t) => {
  const { client, origin, proxy } = await join2(t);
  client.send('x');
  await origin.received('x');
  origin.socket.write('half of it', () => origin.reset());
  equal(await loggedFlags(proxy), 'UR');
  await client.ended;
});

test('a client that ends at once is still given the answer', async (t) => {
  const { client, origin } = await join2(t);
  client.end();
  equal(await origin.ended, 'fin');
  origin.send('late');
  origin.end();
  equal(await client.ended, 'fin');
  equal(client.text, 'late');
});
