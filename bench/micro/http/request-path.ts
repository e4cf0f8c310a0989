import type { Bench } from 'tinybench';
import type { ResponseDecoder } from '../../../src/api/codec.js';
import type { ConnectionControl } from '../../../src/api/network-filter.js';
import type { ThreadScope } from '../../../src/api/thread-scope.js';
import type { Cluster, Host, HttpPoolCallbacks } from '../../../src/api/upstream.js';
import { BufferPool } from '../../../src/base/buffer-pool.js';
import { systemClock } from '../../../src/base/clock.js';
import { SystemRandom } from '../../../src/base/random.js';
import { TimerWheel } from '../../../src/base/timer-wheel.js';
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
import { addBatched } from '../batch.js';
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
};

/** As in a worker, everything is read into one buffer. */
const readBuffer = Buffer.alloc(1024 * 1024);
let readBytes = 0;

function placeBytes(text: string): { readonly start: number; readonly end: number } {
  const start = readBytes;
  readBytes += readBuffer.latin1Write(text, start);
  return { start, end: readBytes };
}

/** One request at a time through connection manager, router and both codecs. */
export class RequestPath {
  private readonly turn: Turn;
  private readonly filter: {
    onData?(chunk: { buffer: Buffer; start: number; end: number }, end: boolean): unknown;
  };
  private readonly client: Http1ClientCodec;
  private readonly request: { readonly start: number; readonly end: number };
  private readonly response: { readonly start: number; readonly end: number };

  constructor(request: string, response: string) {
    const turn = new Turn(systemClock);
    this.turn = turn;
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
      timers: new TimerWheel(systemClock),
      buffers: new BufferPool(),
      stats,
      runtime: new LiveRuntime(new RuntimeSnapshot({ layers: [] })),
      log: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
      node: { id: '', cluster: '', zone: '', localAddress: '127.0.0.1', metadata: null },
      clusters: { get: () => this.cluster(stats) },
      shared: { words: () => new BigInt64Array(new SharedArrayBuffer(56)), nowMs: () => turn.now() },
      extensions: extensionRegistry(),
      secrets: new ThreadSecrets([]),
      drain: { isHealthCheckFailed: false, shouldClose: () => false },
    } as ConstructorParameters<typeof LiveThreadScope>[0]);
    const maker = httpConnectionManager.build(managerConfig() as never, scope, {
      listenerName: 'main',
      listenerStatPrefix: 'listener.127.0.0.1_80',
      bufferLimitBytes: 1024 * 1024,
      trafficDirection: 'UNSPECIFIED',
    });
    this.filter = maker(control(scope)) as never;
    this.request = placeBytes(request);
    this.response = placeBytes(response);
  }

  run(): void {
    const { turn, request, response } = this;
    turn.enter();
    this.filter.onData?.({ buffer: readBuffer, start: request.start, end: request.end }, false);
    turn.leave();
    turn.enter();
    this.client.dispatch(readBuffer, response.start, response.end);
    turn.leave();
  }

  private cached: Cluster | null = null;

  private cluster(stats: StatLane): Cluster {
    if (this.cached !== null) return this.cached;
    const codes = new CodeStats(stats, 'cluster.c');
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
        redis: { credentials: { username: '', password: '' }, credentialsOf: {}, hasSlots: false },
        statName: 'c',
        stats: stats.bind('cluster.c', C),
        metadata: null,
        connectTimeoutMs: 1000,
        bufferLimitBytes: 1024 * 1024,
        socket: { sourceIp4: '', sourceIp6: '', sourcePort: 0, options: [] },
        retryPolicy: null,
        hashPolicy: null,
        mirrors: [],
        maxStreamDurationMs: 0,
        traffic: null,
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
      chargeRetryCode: () => undefined,
      chargeTime: (ms) => codes.chargeTime(ms),
      alternativeStats: () => null,
      explain: () => {
        throw new Error('nobody asks');
      },
      noteFailure: () => undefined,
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

const small = 'GET / HTTP/1.1\r\nHost: 127.0.0.1:10000\r\n\r\n';
const browser =
  'GET /index.html?q=1 HTTP/1.1\r\nHost: www.example.com\r\nConnection: keep-alive\r\nsec-ch-ua: "Chromium";v="120"\r\n' +
  'sec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: "Linux"\r\nUpgrade-Insecure-Requests: 1\r\n' +
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\r\n' +
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nSec-Fetch-Site: none\r\n' +
  'Sec-Fetch-Mode: navigate\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\n' +
  'Cookie: session=0123456789abcdef; theme=dark\r\n\r\n';
const answer =
  'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\nContent-Type: text/plain\r\n' +
  `Content-Length: 64\r\nConnection: keep-alive\r\n\r\n${'x'.repeat(64)}`;

/** A request without its system calls, from bytes in to bytes out, both ways. */
export function add(bench: Bench): void {
  const plain = new RequestPath(small, answer);
  addBatched(bench, 'request path, small', () => plain.run());
  const full = new RequestPath(browser, answer);
  addBatched(bench, 'request path, browser headers', () => full.run());
}
