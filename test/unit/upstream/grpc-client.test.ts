import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '../../../src/api/codec.js';
import type { Cluster, UpstreamConnectionInfo } from '../../../src/api/upstream.js';
import { BufferPool } from '../../../src/base/buffer-pool.js';
import { HeaderMap, type RequestHeaders, ResponseHeaders } from '../../../src/base/header-map.js';
import { framedMessage } from '../../../src/codec/grpc/message-prefix.js';
import { GrpcClient, type GrpcRequest, GrpcStatus } from '../../../src/upstream/grpc-client.js';
import { FakeHost } from './fake-host.js';
import { FakeTime } from './fake-time.js';

const request: GrpcRequest = {
  cluster: 'service',
  path: '/a.S/M',
  authority: 'service',
  metadata: [['x-key', 'value']],
  timeoutMs: 250,
  maxMessageBytes: 100,
};

/** A service that the test answers for; it writes down what is sent to it. */
class Service implements RequestEncoder {
  headers: RequestHeaders | null = null;
  sent = '';
  isEnded = false;
  resetReason: StreamResetReason | null = null;
  pauses = 0;
  decoder: ResponseDecoder | null = null;

  encode1xx(): void {}
  countFrom(): null {
    return null;
  }

  encodeHeaders(headers: RequestHeaders): void {
    this.headers = headers;
  }
  encodeData(chunk: { buffer: Buffer; start: number; end: number }, endStream: boolean): void {
    this.sent += chunk.buffer.toString('latin1', chunk.start, chunk.end);
    this.isEnded = endStream;
  }
  encodeTrailers(): void {}
  reset(reason: StreamResetReason): void {
    this.resetReason = reason;
  }
  pauseReading(): void {
    this.pauses++;
  }
  resumeReading(): void {
    this.pauses--;
  }

  begin(status = 200, contentType = 'application/grpc'): void {
    const headers = new ResponseHeaders(status);
    headers.add('content-type', contentType);
    this.decoder?.onHeaders(headers, false);
  }
  bytes(buffer: Buffer): void {
    this.decoder?.onData({ buffer, start: 0, end: buffer.length }, false);
  }
  finish(status: string, message = ''): void {
    const trailers = new HeaderMap();
    trailers.add('grpc-status', status);
    if (message !== '') trailers.add('grpc-message', message);
    this.decoder?.onTrailers(trailers);
  }
}

function start(hosts = [new FakeHost(1)]) {
  const service = new Service();
  const time = new FakeTime();
  const host = hosts[0];
  const codes: number[] = [];
  const parts: Partial<Cluster> = {
    inMaintenance: () => false,
    drawDrop: () => 'none',
    judgesAsError: () => null,
    chooseHost: () => host ?? null,
    chargeCode: (status) => void codes.push(status),
    chargeTime: () => undefined,
    httpPool: () => ({
      newStream: (decoder, callbacks) => {
        service.decoder = decoder;
        callbacks.onPoolReady(service, Object.create({ meter: null }) as UpstreamConnectionInfo);
        return null;
      },
    }),
  };
  const cluster = Object.assign(
    Object.create({
      info: { bufferLimitBytes: 1000, stats: { inc: () => undefined } },
    }) as Cluster,
    parts,
  );
  const client = new GrpcClient({
    clusters: { get: (name) => (name === 'service' ? cluster : null) },
    buffers: new BufferPool(),
    clock: time,
    timers: time.timers,
  });
  const events: string[] = [];
  const stream = {
    onMessage: (message: Buffer) => void events.push(message.toString()),
    onEnd: (status: number, text: string) => void events.push(`end ${status} ${text}`),
  };
  const unary = {
    onReply: (reply: Buffer) => void events.push(`reply ${reply}`),
    onFailure: (status: number, text: string) => void events.push(`failed ${status} ${text}`),
  };
  return { client, service, time, events, codes, stream, unary };
}

test('a unary call sends one message and gets one', () => {
  const { client, service, events, codes, unary } = start();
  client.unary(request, Buffer.from('ask'), unary);
  const { headers } = service;
  deepEqual([headers?.method, headers?.path, headers?.authority], ['POST', '/a.S/M', 'service']);
  deepEqual(headers?.names, ['te', 'grpc-timeout', 'content-type', 'x-key']);
  equal(headers?.get('grpc-timeout'), '250m');
  equal(service.sent, '\0\0\0\0\x03ask');
  equal(service.isEnded, true);
  service.begin();
  service.bytes(framedMessage(Buffer.from('told')));
  service.finish('0');
  deepEqual(events, ['reply told']);
  deepEqual(codes, [200]);
});

test('the status of the service is told, its message decoded', () => {
  const { client, service, events, unary } = start();
  client.unary(request, Buffer.from('ask'), unary);
  service.begin();
  service.finish('5', 'not%20here');
  deepEqual(events, ['failed 5 not here']);
});

test('an OK without a reply is a failure', () => {
  const { client, service, events, unary } = start();
  client.unary(request, Buffer.alloc(0), unary);
  service.begin();
  service.finish('0');
  deepEqual(events, [`failed ${GrpcStatus.internal} no reply`]);
});

test('messages go both ways for as long as the call lasts', () => {
  const { client, service, events, stream } = start();
  const call = client.start(request, stream);
  call.send(Buffer.from('1'));
  service.begin();
  service.bytes(framedMessage(Buffer.from('a')));
  call.send(Buffer.from('2'));
  service.bytes(framedMessage(Buffer.from('b')));
  equal(service.isEnded, false);
  call.endSending();
  call.send(Buffer.from('3'));
  equal(service.sent, '\0\0\0\0\x011\0\0\0\0\x012');
  service.finish('0');
  deepEqual(events, ['a', 'b', 'end 0 ']);
  equal(call.isDone, true);
});

test('a call that takes too long is given up', () => {
  const { client, service, time, events, unary, codes } = start();
  client.unary(request, Buffer.alloc(0), unary);
  time.advance(300);
  deepEqual(events, [`failed ${GrpcStatus.deadlineExceeded} timeout`]);
  equal(service.resetReason, 'local-reset');
  deepEqual(codes, [504]);
});

test('a cancelled call tells nobody', () => {
  const { client, service, time, events, stream } = start();
  const call = client.start(request, stream);
  call.cancel();
  equal(service.resetReason, 'local-reset');
  service.finish('0');
  time.advance(300);
  deepEqual(events, []);
});

test('answers that cannot be read end the call', () => {
  const bad: readonly (readonly [what: (service: Service) => void, end: string])[] = [
    [(service) => service.begin(503, 'text/plain'), 'end 14 unexpected answer with status 503'],
    [
      (service) => {
        service.begin(200, 'text/html');
        service.decoder?.onTrailers(new HeaderMap());
      },
      'end 2 no status',
    ],
    [
      (service) => {
        service.begin();
        service.bytes(framedMessage(Buffer.alloc(101)));
      },
      'end 8 message too long',
    ],
    [
      (service) => {
        service.begin();
        service.bytes(framedMessage(Buffer.from('x'), 1));
      },
      'end 12 compressed message',
    ],
    [
      (service) => {
        service.begin();
        service.bytes(framedMessage(Buffer.from('xy')).subarray(0, 6));
        service.finish('0');
      },
      'end 13 incomplete message',
    ],
    [(service) => service.decoder?.onReset('remote-reset', ''), 'end 14 remote-reset'],
  ];
  for (const [answer, end] of bad) {
    const { client, service, events, stream } = start();
    client.start(request, stream);
    answer(service);
    deepEqual(events, [end]);
  }
});

test('without a cluster or a host the service is unavailable', () => {
  const { client, events, stream } = start();
  equal(client.start({ ...request, cluster: 'other' }, stream).isDone, true);
  deepEqual(events, ['end 14 Cluster not available']);
  const empty = start([]);
  empty.client.unary(request, Buffer.alloc(0), empty.unary);
  deepEqual(empty.events, ['failed 14 no healthy upstream']);
});

test('a reader that is slow holds the service back', () => {
  const { client, service, stream } = start();
  const call = client.start(request, stream);
  call.pauseReading();
  equal(service.pauses, 1);
  call.resumeReading();
  equal(service.pauses, 0);
});
