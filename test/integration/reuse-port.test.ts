import { equal, match, notEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { bootstrapText, echoFilter, listener, runtimeKeys, tcpAddress } from '../support/listener-text.js';
import { type RunningProxy, startOrigin, startProxy } from '../support/proxy.js';
import { failingFilter, ringBootstrap } from '../support/ring-bootstrap.js';
import { dialPeer } from '../support/tcp-peers.js';

/** Sockets of this machine that listen on the port. */
function listeningOn(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  return lines.filter((line) => line.includes(`0100007F:${hex} 00000000:0000 0A`)).length;
}

/** What one connection is answered, by an echo. */
async function echoed(t: TestContext, port: number, text: string): Promise<string> {
  const peer = await dialPeer(t, { port });
  peer.send(text);
  await peer.received(text);
  peer.end();
  await peer.ended;
  return peer.text;
}

async function taken(proxy: RunningProxy, worker: number): Promise<number> {
  return proxy.stat(`listener.main.worker_${worker}.downstream_cx_total`);
}

function echoListener() {
  return listener('main', tcpAddress('127.0.0.1'), [echoFilter], { enable_reuse_port: true });
}

test('each worker accepts on a socket of its own, and all of them are one address', async (t) => {
  const proxy = await startProxy(t, bootstrapText([echoListener()], []));
  const port = proxy.port();
  equal(listeningOn(port), 2);
  let sent = 0;
  while ((await taken(proxy, 0)) === 0 || (await taken(proxy, 1)) === 0) {
    equal(await echoed(t, port, 'hello'), 'hello');
    sent++;
  }
  equal((await taken(proxy, 0)) + (await taken(proxy, 1)), sent);
  await eventually(async () => (await proxy.stat('listener.main.downstream_cx_active')) === 0);
  proxy.child.kill('SIGTERM');
  equal(await proxy.exit(), 0);
  equal(listeningOn(port), 0);
});

test('main accepts in the place of a worker that died, until the next one serves', async (t) => {
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const text = ringBootstrap({ origin: origin.port, fails: true, listener: 'enable_reuse_port: true' });
  const proxy = await startProxy(t, text, ['--filter-module', failingFilter]);
  const port = proxy.port();
  for (let deaths = 1; deaths <= 3; deaths++) {
    await proxy.fetch('/crash').catch(() => null);
    // No pause between them: some arrive while a worker is missing.
    for (let i = 0; i < 20; i++) equal((await proxy.fetch('/')).status, 200);
    await eventually(async () => (await proxy.stat('server.worker_restarts')) === deaths);
  }
  equal(listeningOn(port), 2);
  const workers = new Set<unknown>();
  await eventually(async () => workers.add((await proxy.fetch('/')).headers['x-worker']).size === 2);
  ok(!proxy.log.includes('cannot accept'));
});

test('a connection limit in runtime makes main accept, and holds over all workers', async (t) => {
  const key = 'envoy.resource_limits.listener.main.connection_limit';
  const proxy = await startProxy(t, bootstrapText([echoListener()], [], runtimeKeys({ [key]: 2 })));
  const port = proxy.port();
  const peers = await Promise.all([0, 1].map(() => dialPeer(t, { port })));
  for (const peer of peers) peer.send('x');
  await Promise.all(peers.map((peer) => peer.received('x')));
  for (let i = 0; i < 4; i++) await (await dialPeer(t, { port })).ended;
  equal(await proxy.stat('listener.main.downstream_cx_overflow'), 4);
});

test('an address that is taken is refused by name', async (t) => {
  const first = await startProxy(
    t,
    bootstrapText([listener('main', tcpAddress('127.0.0.1'), [echoFilter])], []),
  );
  const text = bootstrapText(
    [
      listener('main', { socket_address: { address: '127.0.0.1', port_value: first.port() } }, [echoFilter], {
        enable_reuse_port: true,
      }),
    ],
    [],
  );
  const failure = await startProxy(t, text).then(
    () => null,
    (error: unknown) => error,
  );
  notEqual(failure, null);
  match(String(failure), /Address already in use/);
});
