import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { statsd } from '../../../../src/extensions/stat-sinks/statsd/statsd.js';
import { tcpSender } from '../../../../src/extensions/stat-sinks/tcp-sender.js';
import { latch } from '../../../../src/stats/latch.js';
import { sinkScope, taggedStore } from './udp-receiver.js';

async function server(t: TestContext): Promise<{ readonly port: number; next(): Promise<Socket> }> {
  const listening = createServer();
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.after(() => listening.close());
  const { port } = listening.address() as AddressInfo;
  return { port, next: async () => (await once(listening, 'connection'))[0] as Socket };
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(socket, 'end');
  return text;
}

test('statsd over TCP ends every line, and what was sent before the end arrives', async (t) => {
  const { port, next } = await server(t);
  const store = taggedStore();
  const scope = {
    ...sinkScope(store),
    stream: (_cluster: string, onOverflow: () => void) =>
      tcpSender(() => ({ ip: '127.0.0.1', port }), onOverflow),
  };
  const sink = statsd.build({ address: '', port: 0, prefix: 'p', tcpCluster: 'stats' }, scope);
  store.lane.counter('a.b').add(2);
  store.lane.counter('a.c').inc();
  const connection = next();
  for (const part of latch(store)) sink.flush(part);
  const received = textOf(await connection);
  await sink.close();
  equal(await received, 'p.a.b:2|c\np.a.c:1|c\n');
});

test('a connection that broke is made anew for the next lines', async (t) => {
  const { port, next } = await server(t);
  const sender = tcpSender(
    () => ({ ip: '127.0.0.1', port }),
    () => undefined,
  );
  const first = next();
  sender.send(Buffer.from('one'));
  const broken = await first;
  const second = next();
  broken.destroy();
  const again = setInterval(() => sender.send(Buffer.from('two')), 5);
  const socket = await second;
  clearInterval(again);
  const received = textOf(socket);
  await sender.close();
  equal((await received).split('\n')[0], 'two');
});

test('lines without a host are lost', async () => {
  const sender = tcpSender(
    () => null,
    () => undefined,
  );
  sender.send(Buffer.from('x'));
  equal(await sender.close(), undefined);
});
