import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionControl } from '../../../../../../src/api/network-filter.js';
import type { ThreadScope } from '../../../../../../src/api/thread-scope.js';
import type {
  CircuitBreaker,
  Cluster,
  Host,
  TcpConnectionCallbacks,
  UpstreamTcpConnection,
} from '../../../../../../src/api/upstream.js';
import { BufferPool } from '../../../../../../src/base/buffer-pool.js';
import { SeededRandom } from '../../../../../../src/base/random.js';
import { Timer } from '../../../../../../src/base/timer-wheel.js';
import { parseTcpProxy } from '../../../../../../src/extensions/filters/network/tcp-proxy/config.js';
import { TcpProxy } from '../../../../../../src/extensions/filters/network/tcp-proxy/tcp-proxy.js';
import { TcpSession } from '../../../../../../src/extensions/filters/network/tcp-proxy/tcp-session.js';
import { unknownAddress } from '../../../../../../src/network/address.js';
import { readText } from '../../../../../support/config-text.js';
import { streamInfo } from '../../../../../support/stream-info.js';
import { FakeStats } from '../../../../upstream/fake-scope.js';
import { FakeTime } from '../../../../upstream/fake-time.js';

const type = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';

/** What one side of a session was told to do, in order. */
class Side {
  readonly told: string[] = [];
  bufferedBytes = 0;
  flushedBytes = 0;
  readonly bytesReceived = 0;
  readonly bytesSent = 0;
  readonly id = 7;
  readonly localAddress = unknownAddress;
  readonly record = streamInfo({ attemptCount: 0 });

  writeBytes(buffer: Buffer, start: number, end: number): void {
    this.told.push(`write ${buffer.toString('latin1', start, end)}`);
  }
  endWriting = (): void => void this.told.push('end');
  pauseReading = (): void => void this.told.push('pause');
  resumeReading = (): void => void this.told.push('resume');
  close = (mode: string, reason?: string): void =>
    void this.told.push(`close ${mode}${reason ? ` ${reason}` : ''}`);
  setHalfClose = (): void => undefined;
  setDelayedCloseTimeout = (): void => undefined;
  guard = (body: () => void): void => body();
  timer = (fire: () => void): Timer => new Timer(fire);
}

/** A session over two sides, dialled but not connected. */
function sessionOf(fields = '') {
  const time = new FakeTime();
  const stats = new FakeStats();
  const dials: TcpConnectionCallbacks[] = [];
  const cluster: Partial<Cluster> = {
    info: {
      name: 'origin',
      statName: 'origin',
      stats: stats.bind('cluster.origin', {
        def: { counters: [], gauges: [], histograms: [], histogramUnits: {} },
      }),
      metadata: null,
      redis: { credentials: { username: '', password: '' }, credentialsOf: {}, iam: null, hasSlots: false },
      connectTimeoutMs: 1000,
      bufferLimitBytes: 0,
      socket: { sourceIp4: '', sourceIp6: '', sourcePort: 0, options: [] },
      retryPolicy: null,
      hashPolicy: null,
      mirrors: [],
      attemptFilters: null,
      maxStreamDurationMs: 0,
      traffic: null,
      loadRules: null,
      origin: '',
    },
    chooseHost: () => ({ slot: 1, address: { text: '10.0.0.1:80' } }) as Host,
    breaker: () => ({ tryConnection: () => true, releaseConnection: () => undefined }) as CircuitBreaker,
    noteFailure: () => undefined,
    limitOf: () => 1,
    connectTcp: (_host, _priority, callbacks) => {
      dials.push(callbacks);
      return { cancel: () => void dials.push(callbacks) };
    },
  };
  const scope: Partial<ThreadScope> = {
    clock: time,
    timers: time.timers,
    random: new SeededRandom(1),
    stats,
    buffers: new BufferPool(),
    clusters: { get: () => cluster as Cluster },
  };
  const { value } = readText(type, `{stat_prefix: t, cluster: origin${fields}}`, parseTcpProxy);
  const client = new Side();
  const proxy = new TcpProxy(value, scope as ThreadScope);
  const session = new TcpSession(proxy, client as unknown as ConnectionControl);
  session.onNewConnection();
  const upstream = new Side();
  const connect = (): void => dials[0]?.onConnected(upstream as unknown as UpstreamTcpConnection);
  const read = (text: string, end = false): void => {
    session.onData({ buffer: Buffer.from(text), start: 0, end: text.length }, end);
  };
  return { session, client, upstream, connect, read, dials, stats, time };
}

test('reading stands still while the upstream is dialled, and what came before it is sent first', () => {
  const { client, upstream, connect, read } = sessionOf();
  deepEqual(client.told, ['pause']);
  read('early', true);
  connect();
  deepEqual(upstream.told, ['write early', 'end']);
  deepEqual(client.told, ['pause', 'resume']);
});

test('a client whose FIN came last leaves its bytes to be flushed, and the upstream no ear', () => {
  const { session, upstream, connect, read, dials, stats } = sessionOf();
  connect();
  dials[0]?.onEnd();
  read('last', true);
  upstream.bufferedBytes = 4;
  session.onClose('remote');
  equal(stats.get('tcp.t.upstream_flush_total'), 1);
  equal(stats.get('tcp.t.upstream_flush_active'), 1);
  dials[0]?.onData(Buffer.from('x'), 0, 1);
  deepEqual(upstream.told, ['write last', 'end', 'close flush', 'close no-flush']);
  dials[0]?.onClose(false);
  equal(stats.get('tcp.t.upstream_flush_active'), 0);
});

test('a flush that does not move ends with the idle timeout', () => {
  const { session, upstream, connect, read, dials, stats, time } = sessionOf(', idle_timeout: 1s');
  connect();
  dials[0]?.onEnd();
  read('last', true);
  upstream.bufferedBytes = 4;
  session.onClose('remote');
  time.advance(1010);
  equal(upstream.told.at(-1), 'close no-flush');
  equal(stats.get('tcp.t.idle_timeout'), 1);
});

test('the reset of either side resets the other', () => {
  const one = sessionOf();
  one.connect();
  one.session.onClose('remote-reset');
  equal(one.upstream.told.at(-1), 'close abort');
  const two = sessionOf();
  two.connect();
  two.dials[0]?.onClose(true);
  equal(two.client.told.at(-1), 'close abort');
});

test('pauses are made once and taken back once, whoever is slow', () => {
  const { session, client, upstream, connect, dials, stats } = sessionOf();
  connect();
  client.told.length = 0;
  dials[0]?.onAboveWatermark();
  dials[0]?.onAboveWatermark();
  dials[0]?.onBelowWatermark();
  dials[0]?.onBelowWatermark();
  deepEqual(client.told, ['pause', 'resume']);
  session.onAboveWatermark();
  session.onAboveWatermark();
  session.onBelowWatermark();
  session.onBelowWatermark();
  deepEqual(upstream.told, ['pause', 'resume']);
  equal(stats.get('tcp.t.downstream_flow_control_paused_reading_total'), 1);
});

test('a client that leaves while the upstream is dialled takes the attempt with it', () => {
  const { session, dials } = sessionOf();
  session.onClose('remote');
  equal(dials.length, 2, 'cancelled');
});

test('the next attempt waits for the back-off', () => {
  const { dials, time, client } = sessionOf(
    ', max_connect_attempts: 2, backoff_options: {base_interval: 1s, max_interval: 1s}',
  );
  const failure = { reason: 'remote-connection-failure', transportFailure: 'refused' } as const;
  dials[0]?.onConnectFailure(failure);
  equal(dials.length, 1);
  time.advance(1010);
  equal(dials.length, 2);
  dials[1]?.onConnectFailure(failure);
  equal(client.told.at(-1), 'close no-flush tcp_initializion_failure:0');
});
