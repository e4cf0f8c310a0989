import { equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { residentMb } from '../support/process-usage.js';
import { type RunningProxy, startOrigin, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';
import { block, frame, headers, preface, resetFrame, uint32 } from './differential/http2-wire.js';

/** Floods at the limits that hold when nothing is configured. */

const limits = { timeout: 120_000 };
/** What the proxy may grow by while it is flooded. */
const allowedMb = 60;

const settings = frame('settings', 0, 0, '');
const ping = frame('ping', 0, 0, 'x'.repeat(8));
const hello = preface + settings;
const head = (path: string): readonly (readonly [string, string])[] => [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':authority', 'a'],
  [':path', path],
];
const open = (stream: number, path = '/hang'): string => headers(stream, head(path), false);

/** What is sent again and again; `round` counts from 0. */
interface Flood {
  readonly name: string;
  /** One of them tells. */
  readonly counters: readonly string[];
  readonly first?: string;
  again(round: number): string;
  /** The client reads nothing: answers pile up. */
  readonly isDeaf?: boolean;
}

function times(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join('');
}

const manyFields = `${block(head('/hang'))}\x40\x01a\x01b${'\xbe'.repeat(110)}`;

/** Which of the two limits is met first depends on how much one read brings. */
const outbound = ['http2.outbound_control_flood', 'http2.outbound_flood'];

const floods: readonly Flood[] = [
  {
    name: 'pings',
    counters: outbound,
    isDeaf: true,
    again: () => times(2000, () => ping),
  },
  {
    name: 'settings',
    counters: outbound,
    isDeaf: true,
    again: () => times(2000, () => settings),
  },
  {
    name: 'empty frames of data',
    counters: ['http2.inbound_empty_frames_flood'],
    first: open(1),
    again: () => times(1000, () => frame('data', 0, 1, '')),
  },
  {
    name: 'priorities',
    counters: ['http2.inbound_priority_frames_flood'],
    first: open(1),
    again: () => times(1000, () => frame('priority', 0, 1, `${uint32(0)}x`)),
  },
  {
    name: 'window updates',
    counters: ['http2.inbound_window_update_frames_flood'],
    first: open(1),
    again: () => times(1000, () => frame('window', 0, 1, uint32(1))),
  },
  {
    name: 'streams that are reset at once',
    counters: ['http.ingress.downstream_rq_too_many_premature_resets'],
    again: (round) =>
      times(100, (i) => open(200 * round + 2 * i + 1) + resetFrame(200 * round + 2 * i + 1, 8)),
  },
  {
    name: 'continuations without end',
    counters: ['http.ingress.downstream_rq_rx_reset'],
    first: frame('headers', 1, 1, block(head('/hang'))),
    again: (round) =>
      times(100, (i) => frame('continuation', 0, 1, block([[`x-${round}-${i}`, 'y'.repeat(50)]]))),
  },
  {
    name: 'heads that are answered with a reset',
    counters: ['http.ingress.downstream_rq_too_many_premature_resets'],
    again: (round) => times(100, (i) => frame('headers', 5, 200 * round + 2 * i + 1, manyFields)),
  },
];

/** Sends the flood until the proxy ends the connection. */
async function pour(port: number, flood: Flood): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined);
  if (flood.isDeaf === true) socket.pause();
  else socket.resume();
  await once(socket, 'connect');
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(hello + (flood.first ?? ''), 'latin1');
  for (let round = 0; !socket.destroyed && socket.writable; round++) {
    if (!socket.write(flood.again(round), 'latin1')) {
      await Promise.race([once(socket, 'drain').catch(() => undefined), closed]);
    }
    // Whoever does not read does not see the end before it is written to.
    if (flood.isDeaf === true) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.resume();
  await closed;
}

async function sum(proxy: RunningProxy, counters: readonly string[]): Promise<number> {
  let total = 0;
  for (const name of counters) total += await proxy.stat(name);
  return total;
}

function openSession(t: TestContext, proxy: RunningProxy): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${proxy.port()}`);
  session.on('error', () => undefined);
  t.after(() => session.destroy());
  return session;
}

async function ask(session: ClientHttp2Session, path: string): Promise<string> {
  const stream = session.request({ ':path': path });
  const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  let text = '';
  for await (const part of stream.setEncoding('latin1')) text += part;
  return `${answer[':status']} ${text}`;
}

describe('a client that floods', () => {
  test('loses its connection and costs nobody else anything', limits, async (t) => {
    const { port } = await startOrigin(t, (request, response) => {
      if (request.url !== '/hang') response.end('ok');
    });
    const proxy = await startProxy(
      t,
      ringBootstrap({ origin: port, manager: 'delayed_close_timeout: 0.1s' }),
    );
    const bystander = openSession(t, proxy);
    equal(await ask(bystander, '/'), '200 ok');
    const waiting = bystander.request({ ':path': '/hang' });
    waiting.on('error', () => undefined);
    const before = residentMb(proxy.child.pid as number);
    for (const flood of floods) {
      const counted = await sum(proxy, flood.counters);
      await pour(proxy.port(), flood);
      await eventually(async () => (await sum(proxy, flood.counters)) > counted);
      equal(await ask(bystander, '/'), '200 ok', `beside a flood of ${flood.name}`);
    }
    const grown = residentMb(proxy.child.pid as number) - before;
    t.diagnostic(`memory grew by ${grown.toFixed(1)} MB`);
    ok(grown < allowedMb);
    equal(waiting.closed, false, 'a stream that was open all the time');
    equal(await proxy.stat('http.ingress.downstream_cx_active'), 1);
    await eventually(async () => (await proxy.stat('cluster.origin.upstream_rq_active')) === 1);
  });

  test('of heads that unpack to a thousand times their size gets nothing but resets', limits, async (t) => {
    const { port } = await startOrigin(t, (_request, response) => response.end('ok'));
    const proxy = await startProxy(
      t,
      ringBootstrap({ origin: port, manager: 'delayed_close_timeout: 0.1s' }),
    );
    const bystander = openSession(t, proxy);
    equal(await ask(bystander, '/'), '200 ok');
    const before = residentMb(proxy.child.pid as number);
    const socket = connect({ port: proxy.port(), host: '127.0.0.1' });
    t.after(() => socket.destroy());
    socket.on('error', () => undefined).resume();
    // A field of four thousand bytes goes into the table; each later head names it sixteen thousand times.
    const large = `\x40\x01a\x7f\x81\x1e${'y'.repeat(3968)}`;
    socket.write(hello + frame('headers', 5, 1, block(head('/')) + large), 'latin1');
    const bomb = (i: number): string =>
      frame('headers', 5, 2 * i + 3, block(head('/')) + '\xbe'.repeat(16_000));
    for (let i = 0; i < 50; i++) socket.write(bomb(i), 'latin1');
    await eventually(async () => (await proxy.stat('http2.header_list_size_too_large')) === 50);
    const grown = residentMb(proxy.child.pid as number) - before;
    t.diagnostic(`memory grew by ${grown.toFixed(1)} MB`);
    ok(grown < allowedMb);
    equal(await ask(bystander, '/'), '200 ok');
  });
});
