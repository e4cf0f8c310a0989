import { equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { LoopConnection, totals } from '../support/closed-loop.js';
import { eventually } from '../support/eventually.js';
import { type Answer, type RunningProxy, startOrigin, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';

const limits = { timeout: 60_000 };

interface Held {
  readonly proxy: RunningProxy;
  /** Requests for `/hold`, which the origin answers when the test says so. */
  readonly held: ServerResponse[];
}

async function start(t: TestContext, graceS: number): Promise<Held> {
  const held: ServerResponse[] = [];
  const origin = await startOrigin(t, (request, response) => {
    if (request.url === '/hold') held.push(response);
    else setImmediate(() => response.end('hello'));
  });
  const bootstrap = ringBootstrap({ origin: origin.port });
  const proxy = await startProxy(t, bootstrap, ['--shutdown-grace-s', String(graceS)]);
  return { proxy, held };
}

/** Sends a request that the origin holds. */
async function hold({ proxy, held }: Held): Promise<{ readonly answer: Promise<Answer | null> }> {
  const before = held.length;
  const answer = proxy.fetch('/hold').catch(() => null);
  await eventually(() => held.length > before);
  return { answer };
}

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

describe('SIGTERM', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(
      `${signal} under load: every request that was sent is answered, and the process ends when all is done`,
      limits,
      async (t) => {
        const { proxy } = await start(t, 600);
        const loops = Array.from({ length: 24 }, () => new LoopConnection(proxy.port()));
        await Promise.all(loops.map((loop) => loop.first));
        proxy.child.kill(signal);
        await Promise.all(loops.map((loop) => loop.ended));
        equal(await proxy.exit(), 0);
        equal(totals(loops).lost, 0);
        ok(
          loops.every((loop) => loop.sawClose),
          'every last answer announced the close',
        );
        match(proxy.log, new RegExp(`${signal}: draining`));
      },
    );
  }

  test('refuses new connections and waits for requests in progress', limits, async (t) => {
    const running = await start(t, 600);
    const { proxy, held } = running;
    const port = proxy.port();
    const waiting = await hold(running);
    proxy.child.kill('SIGTERM');
    await eventually(() => isRefused(port));
    equal(proxy.child.exitCode, null);
    held[0]?.end('late');
    const answer = await waiting.answer;
    equal(answer?.status, 200);
    equal(answer?.body, 'late');
    equal(answer?.headers['connection'], 'close');
    equal(await proxy.exit(), 0);
  });

  test('closes connections that have been quiet', limits, async (t) => {
    const running = await start(t, 600);
    const { proxy, held } = running;
    await hold(running);
    const idle = connect(proxy.port(), '127.0.0.1');
    await once(idle, 'connect');
    proxy.child.kill('SIGTERM');
    idle.resume();
    await once(idle, 'end');
    equal(proxy.child.exitCode, null);
    held[0]?.end();
    equal(await proxy.exit(), 0);
  });

  test('gives up when the grace time is over', limits, async (t) => {
    const running = await start(t, 1);
    const { proxy } = running;
    const { answer } = await hold(running);
    proxy.child.kill('SIGTERM');
    equal(await proxy.exit(), 0);
    equal(await answer, null);
  });

  test('a second one ends at once', limits, async (t) => {
    const running = await start(t, 600);
    const { proxy } = running;
    const { answer } = await hold(running);
    proxy.child.kill('SIGTERM');
    await proxy.logged(/draining/);
    proxy.child.kill('SIGTERM');
    equal(await proxy.exit(), 0);
    equal(await answer, null);
    match(proxy.log, /second SIGTERM: ending at once/);
  });
});
