import { deepEqual, equal } from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import type { TcpCheckConfig } from '../../../../src/upstream/health/config.js';
import type { ProbeResult, ProbeVerdict } from '../../../../src/upstream/health/probe.js';
import { TcpProbe } from '../../../../src/upstream/health/tcp-probe.js';
import { clearTarget } from './clear-target.js';

const hex = (text: string): string => Buffer.from(text).toString('hex');

/** Results in order of arrival; `next` waits for one. */
class Results {
  private readonly arrived: ProbeResult[] = [];
  private wake: () => void = () => undefined;
  readonly add = (result: ProbeResult): void => {
    this.arrived.push(result);
    this.wake();
  };

  /** The verdict of the next result. */
  async next(): Promise<ProbeVerdict> {
    for (;;) {
      const result = this.arrived.shift();
      if (result !== undefined) return result.verdict;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

async function probing(
  t: TestContext,
  config: TcpCheckConfig,
  serve: (socket: Socket) => void,
): Promise<{ probe: TcpProbe; results: Results; connections: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const results = new Results();
  const probe = new TcpProbe(clearTarget(address.port), config, true, results.add);
  t.after(() => probe.close());
  return { probe, results, connections: () => connections };
}

describe('TCP health probe', () => {
  test('with nothing to receive, a connection is enough and is not kept', async (t) => {
    const { probe, results, connections } = await probing(
      t,
      { send: '', receive: [], proxyHeader: 0 },
      () => undefined,
    );
    probe.begin();
    equal(await results.next(), 'passed');
    probe.begin();
    equal(await results.next(), 'passed');
    equal(connections(), 2);
  });

  test('patterns must come in order, in whatever pieces, and the connection is kept', async (t) => {
    const config = { send: hex('PING'), receive: [hex('PO'), hex('NG')], proxyHeader: 0 } as const;
    const { probe, results, connections } = await probing(t, config, (socket) => {
      socket.on('data', (data) => {
        if (data.toString() !== 'PING') return;
        socket.write('-NG-P');
        setImmediate(() => socket.write('O-'));
        setImmediate(() => setImmediate(() => socket.write('NG')));
      });
    });
    probe.begin();
    equal(await results.next(), 'passed');
    probe.begin();
    equal(await results.next(), 'passed');
    equal(connections(), 1);
  });

  test('a host that closes is a network failure, also between two checks', async (t) => {
    const { probe, results } = await probing(
      t,
      { send: '', receive: [hex('hi')], proxyHeader: 0 },
      (socket) => socket.end('hi'),
    );
    probe.begin();
    deepEqual([await results.next(), await results.next()], ['passed', 'network']);
    const silent = await probing(t, { send: '', receive: [hex('hi')], proxyHeader: 0 }, (socket) =>
      socket.end(),
    );
    silent.probe.begin();
    equal(await silent.results.next(), 'network');
  });

  test('a check that was given up says nothing more', async (t) => {
    let serverSide: Socket | null = null;
    const { probe, results } = await probing(
      t,
      { send: '', receive: [hex('hi')], proxyHeader: 0 },
      (socket) => {
        if (serverSide === null) serverSide = socket;
        else socket.write('hi');
      },
    );
    probe.begin();
    while (serverSide === null) await new Promise((resolve) => setImmediate(resolve));
    probe.abandon();
    probe.begin();
    equal(await results.next(), 'passed');
  });

  for (const [version, head] of [
    [1, /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\nask$/],
    [2, /^\r\n\r\n\0\r\nQUIT\n\x20\0\0\0ask$/],
  ] as const) {
    test(`a PROXY header of version ${version} goes out before each check`, async (t) => {
      const seen: string[] = [];
      const config = { send: hex('ask'), receive: [hex('hi')], proxyHeader: version };
      const { probe, results, connections } = await probing(t, config, (socket) => {
        socket.on('data', (data) => {
          seen.push(data.toString('latin1'));
          socket.write('hi');
        });
      });
      probe.begin();
      equal(await results.next(), 'passed');
      probe.begin();
      equal(await results.next(), 'passed');
      deepEqual([seen.map((text) => head.test(text)), connections()], [[true, true], 1]);
    });
  }
});
