import type { ResponseDecoder } from '../../../src/api/codec.js';
import type { ConnectionControl } from '../../../src/api/network-filter.js';
import type { ThreadScope } from '../../../src/api/thread-scope.js';
import type { Cluster, Host, HttpPoolCallbacks } from '../../../src/api/upstream.js';
import { BufferPool } from '../../../src/base/buffer-pool.js';
import { type Clock, systemClock } from '../../../src/base/clock.js';
import { SystemRandom } from '../../../src/base/random.js';
import { type Alarm, TimerWheel } from '../../../src/base/timer-wheel.js';
import { Turn } from '../../../src/base/turn.js';
import { Http1ClientCodec } from '../../../src/codec/http1/client.js';
import { httpConnectionManager } from '../../../src/extensions/filters/network/http-connection-manager/http-connection-manager.js';
import { extensionRegistry } from '../../../src/extensions/index.js';
import { ipAddress } from '../../../src/network/address.js';
import { LiveThreadScope } from '../../../src/plane/thread-scope.js';
import { ThreadSecrets } from '../../../src/plane/thread-secrets.js';
import { LiveRuntime } from '../../../src/runtime/live-runtime.js';
import { RuntimeSnapshot } from '../../../src/runtime/snapshot.js';
import { StatLane } from '../../../src/stats/lane.js';
import { C } from '../../../src/upstream/cluster-stats.js';
import { CodeStats } from '../../../src/upstream/code-stats.js';
import { FailureRing } from '../../../src/upstream/failure-ring.js';
import { managerConfig } from './manager-config.js';

/** Bytes that nobody sends: what is left is the user time of a request without its system calls. */
class NoOutput {
  written = 0;
  writeText(text: string): void {
    this.written += text.length;
  }
  writeBytes(_buffer: Buffer, start: number, end: number): void {
    this.written += end - start;
  }
  writeTextAndBytes(text: string, buffer: Buffer, start: number, end: number): void {
    this.writeText(text);
    this.writeBytes(buffer, start, end);
  }
}

const host: Host = {
  slot: 0,
  address: ipAddress('127.0.0.1', 80),
  hostname: '',
  weight: 1,
  priority: 0,
  locality: { region: '', zone: '', subZone: '' },
  localityWeight: 0,
  servesSinceMs: 0,
  metadata: null,
  isCanary: false,
  healthCheck: null,
  health: 0,
  activeRequests: 0,
  count: () => undefined,
  reportStatus: () => undefined,
  reportLocalFailure: () => undefined,
  reportHealthFailure: () => undefined,
  activeConnections: 0,
  reportConnected: () => undefined,
  reportReached: () => undefined,
  reportJudged: () => undefined,
  reportDegraded: () => undefined,
  reportLoad: () => undefined,
  loadWeight: 1,
};

/** As in a worker, everything is read into one buffer. */
const readBuffer = Buffer.alloc(1024 * 1024);
let readBytes = 0;

function placeBytes(text: string): { readonly start: number; readonly end: number } {
  const start = readBytes;
  readBytes += readBuffer.latin1Write(text, start);
  return { start, end: readBytes };
}

/** A clock that runs until somebody waits for something: then it jumps there. */
class PatientAlarm implements Clock, Alarm {
  readonly originMs = systemClock.originMs;
  private skippedMs = 0;
  private delayMs = 0;
  private wake: (() => void) | null = null;

  now(): number {
    return systemClock.now() + this.skippedMs;
  }

  wallMs(): number {
    return this.originMs + this.now();
  }

  set(delayMs: number, wake: () => void): void {
    this.delayMs = delayMs;
    this.wake = wake;
  }

  clear(): void {
    this.wake = null;
  }

  /** What was waited for is due. */
  ring(): void {
    const { wake } = this;
    this.wake = null;
    this.skippedMs += this.delayMs;
    wake?.();
  }
}

/** One request at a time through connection manager, router and both codecs. */
export class DrivenManager {
  private readonly alarm: PatientAlarm;
  private readonly turn: Turn;
  private readonly filter: {
    onData?(chunk: { buffer: Buffer; start: number; end: number }, end: boolean): unknown;
  };
  private readonly client: Http1ClientCodec;
  private readonly request: { readonly start: number; readonly end: number };
  private readonly responses: readonly { readonly start: number; readonly end: number }[];
  private readonly failures: FailureRing;

  /** Between two responses there is a back-off; `retryPolicy` is the route's, in YAML. */
  constructor(request: string, responses: readonly string[], retryPolicy = '') {
    const alarm = new PatientAlarm();
    const turn = new Turn(alarm);
    this.alarm = alarm;
    this.turn = turn;
    this.failures = new FailureRing(32);
    const stats = new StatLane(() => undefined);
    const random = new SystemRandom();
    this.client = new Http1ClientCodec(
      new NoOutput(),
      {
        maxHeadBytes: 65536,
        maxHeaders: 100,
        enableTrailers: false,
        acceptHttp10: true,
        allowChunkedLength: false,
        headersWithUnderscores: 'ALLOW',
        spelling: null,
        writesProperCase: false,
        ignoresUpgrade: null,
        sendsFullUrl: false,
        allowAbsoluteUrl: false,
      },
      {
        onResponseComplete: () => undefined,
        onEncoderReset: () => undefined,
        pauseReading: () => undefined,
        resumeReading: () => undefined,
      },
    );
    const scope = new LiveThreadScope({
      role: 'worker',
      threadIndex: 1,
      clock: turn,
      random,
      timers: new TimerWheel(alarm, alarm),
      buffers: new BufferPool(),
      stats,
      runtime: new LiveRuntime(new RuntimeSnapshot({ layers: [] })),
      log: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
      node: { id: '', cluster: '', zone: '', localAddress: '127.0.0.1', metadata: null },
      clusters: { get: () => this.cluster(stats) },
      shared: {
        words: () => new BigInt64Array(new SharedArrayBuffer(56)),
        bytes: (_: string, length: number) => new Uint8Array(length),
        nowMs: () => turn.now(),
      },
      extensions: extensionRegistry(),
      secrets: new ThreadSecrets([]),
      drain: { isHealthCheckFailed: false, shouldClose: () => false },
    } as ConstructorParameters<typeof LiveThreadScope>[0]);
    const maker = httpConnectionManager.build(managerConfig(retryPolicy) as never, scope, {
      listenerName: 'main',
      listenerStatPrefix: 'listener.127.0.0.1_80',
      bufferLimitBytes: 1024 * 1024,
      trafficDirection: 'UNSPECIFIED',
    });
    this.filter = maker(control(scope)) as never;
    this.request = placeBytes(request);
    this.responses = responses.map(placeBytes);
  }

  /** Tries that did not serve. */
  get failed(): number {
    return this.failures.total;
  }

  run(): void {
    const { turn, request, responses } = this;
    turn.enter();
    this.filter.onData?.({ buffer: readBuffer, start: request.start, end: request.end }, false);
    turn.leave();
    for (let i = 0; i < responses.length; i++) {
      if (i > 0) this.alarm.ring();
      const response = responses[i] as { readonly start: number; readonly end: number };
      turn.enter();
      this.client.dispatch(readBuffer, response.start, response.end);
      turn.leave();
    }
  }

  private cached: Cluster | null = null;

  private cluster(stats: StatLane): Cluster {
    if (this.cached !== null) return this.cached;
    const codes = new CodeStats(stats, 'cluster.c');
    const retryCodes = new CodeStats(stats, 'cluster.c.retry');
    const { client } = this;
    const info = {
      id: 1,
      host,
      localAddress: host.address,
      protocol: 'HTTP/1.1',
      tls: null,
      times: null,
      meter: null,
      facts: () => null,
    };
    const breaker = {
      hostConnections: null,
      tryPool: () => true,
      releasePool: () => undefined,
      tryConnection: () => true,
      forceConnection() {},
      releaseConnection() {},
      tryPending: () => true,
      releasePending() {},
      tryRequest: () => true,
      releaseRequest() {},
      tryRetry: () => true,
      releaseRetry() {},
    };
    this.cached = {
      currentHosts: [host],
      hostsVersion: 1,
      shardCount: () => 1,
      noteTopology: () => undefined,
      info: {
        name: 'c',
        redis: { credentials: { username: '', password: '' }, credentialsOf: {}, iam: null, hasSlots: false },
        statName: 'c',
        stats: stats.bind('cluster.c', C),
        metadata: null,
        connectTimeoutMs: 1000,
        bufferLimitBytes: 1024 * 1024,
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
      membership: () => ({ total: 1, healthy: 1, degraded: 0 }),
      chooseHost: () => host,
      breaker: () => breaker,
      httpPool: () => ({
        newStream(decoder: ResponseDecoder, callbacks: HttpPoolCallbacks) {
          callbacks.onPoolReady(client.start(decoder), info);
          return null;
        },
      }),
      connectTcp: () => null,
      chargeCode: (status) => codes.charge(status),
      chargeRetryCode: (status) => retryCodes.charge(status),
      chargeTime: (ms) => codes.chargeTime(ms),
      alternativeStats: () => null,
      explain: () => {
        throw new Error('nobody asks');
      },
      noteFailure: (autopsy) => this.failures.add(autopsy),
      limitOf: () => 1024,
      inMaintenance: () => false,
      drawDrop: () => 'none',
      judgesAsError: () => null,
    } as Cluster;
    return this.cached;
  }
}

function control(scope: ThreadScope): ConnectionControl {
  const address = ipAddress('127.0.0.1', 1234);
  return Object.assign(new NoOutput(), {
    info: {
      id: 1,
      listenerName: 'main',
      directRemoteAddress: address,
      localAddress: address,
      remoteAddress: address,
      directLocalAddress: address,
      requestedServerName: '',
      transportProtocol: '',
      applicationProtocols: [],
      filterChainName: '',
      isTls: false,
      startedMs: 0,
      connectionTerminationDetails: '',
      localCloseReason: '',
      dynamicMetadata: null,
      filterState: null,
    },
    scope,
    endWriting() {},
    pauseReading() {},
    resumeReading() {},
    continueReading() {},
    close() {
      throw new Error('the connection was closed');
    },
    bufferedBytes: 0,
    bytesReceived: 0,
    bytesSent: 0,
    setHalfClose() {},
    setBufferLimit() {},
    setDelayedCloseTimeout() {},
    timer: () => {
      throw new Error('no timers here');
    },
    guard: (body: () => void) => body(),
  }) as unknown as ConnectionControl;
}
