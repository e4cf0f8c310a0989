import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import type { Plain } from '../../../src/base/plain.js';
import { opensslMissing, TestAuthority } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import { bootstrapText, listener, staticCluster, tcpAddress } from '../../support/listener-text.js';
import { fetchFrom, type RunningProxy, startProxy } from '../../support/proxy.js';
import {
  initialKey,
  interopMethods,
  type Order,
  startInteropService,
  trailingKey,
  unknownMethod,
  unknownService,
} from './interop-service.js';

/** The cases of gRPC's interoperability tests, under their names. */

const bytes = (value: Buffer): Buffer => value;
const types = 'type.googleapis.com/envoy.extensions';
const special = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';

function manager(cluster: string): Plain {
  const filter = (name: string, type: string): Plain => ({
    name,
    typed_config: { '@type': `${types}.filters.http.${type}` },
  });
  return {
    name: 'http',
    typed_config: {
      '@type': `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: cluster,
      route_config: {
        virtual_hosts: [
          {
            name: 'all',
            domains: ['*'],
            routes: [{ match: { prefix: '/' }, route: { cluster, timeout: '0s' } }],
          },
        ],
      },
      http_filters: [filter('web', 'grpc_web.v3.GrpcWeb'), filter('router', 'router.v3.Router')],
    },
  };
}

const overHttp2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': `${types}.upstreams.http.v3.HttpProtocolOptions`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

interface Setup {
  readonly proxy: RunningProxy;
  readonly ca: string;
  readonly cancelled: () => number;
}

async function start(t: TestContext): Promise<Setup> {
  const authority = new TestAuthority(t);
  const own = authority.issue({ sans: 'DNS:localhost,IP:127.0.0.1' });
  const { clear, secure, cancelled } = await startInteropService(t, own);
  const upstreamTls = {
    '@type': `${types}.transport_sockets.tls.v3.UpstreamTlsContext`,
    sni: 'localhost',
    common_tls_context: { validation_context: { trusted_ca: { filename: authority.ca } } },
  };
  const downstreamTls = {
    '@type': `${types}.transport_sockets.tls.v3.DownstreamTlsContext`,
    common_tls_context: {
      alpn_protocols: ['h2'],
      tls_certificates: [{ certificate_chain: { filename: own.cert }, private_key: { filename: own.key } }],
    },
  };
  const chain = {
    filters: [manager('secure')],
    transport_socket: { name: 'tls', typed_config: downstreamTls },
  };
  const proxy = await startProxy(
    t,
    bootstrapText(
      [
        listener('clear', tcpAddress('127.0.0.1'), [manager('clear')]),
        { name: 'secure', address: tcpAddress('127.0.0.1'), filter_chains: [chain] },
      ],
      [
        staticCluster('clear', [clear], overHttp2),
        staticCluster('secure', [secure], {
          ...overHttp2,
          transport_socket: { name: 'tls', typed_config: upstreamTls },
        }),
      ],
    ),
  );
  return { proxy, ca: authority.ca, cancelled };
}

function order(what: Order): Buffer {
  return Buffer.from(JSON.stringify(what));
}

/** A client with the calls that the cases make. */
class Caller {
  readonly client: Client;
  readonly cancelled: () => number;

  constructor(t: TestContext, setup: Setup, way: 'clear' | 'secure', options: object = {}) {
    const channel =
      way === 'clear' ? credentials.createInsecure() : credentials.createSsl(readFileSync(setup.ca));
    this.cancelled = setup.cancelled;
    this.client = new Client(`127.0.0.1:${setup.proxy.port(way)}`, channel, {
      'grpc.max_receive_message_length': -1,
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
      ...options,
    });
    t.after(() => this.client.close());
  }

  unary(
    { path }: MethodDefinition<Buffer, Buffer>,
    request: Buffer,
    metadata = new Metadata(),
  ): Promise<{ reply: Buffer | undefined; initial: Metadata; end: StatusObject }> {
    return new Promise((resolve) => {
      let initial = new Metadata();
      let reply: Buffer | undefined;
      let end: StatusObject | undefined;
      let isCalled = false;
      const finish = (): void => {
        if (isCalled && end !== undefined) resolve({ reply, initial, end });
      };
      this.client
        .makeUnaryRequest(path, bytes, bytes, request, metadata, (_error, message) => {
          reply = message;
          isCalled = true;
          finish();
        })
        .on('metadata', (head: Metadata) => {
          initial = head;
        })
        .on('status', (last: StatusObject) => {
          end = last;
          finish();
        });
    });
  }

  input(messages: readonly Buffer[]): Promise<string> {
    return new Promise((resolve) => {
      const { path } = interopMethods.StreamingInputCall;
      const call = this.client.makeClientStreamRequest(path, bytes, bytes, (_error, reply) =>
        resolve(String(reply)),
      );
      for (const message of messages) call.write(message);
      call.end();
    });
  }

  duplex(
    metadata = new Metadata(),
    options = {},
  ): { call: ClientDuplexStream<Buffer, Buffer>; end: Promise<StatusObject> } {
    const { path } = interopMethods.FullDuplexCall;
    const call = this.client.makeBidiStreamRequest(path, bytes, bytes, metadata, options);
    call.on('error', () => undefined);
    return { call, end: new Promise((resolve) => call.on('status', resolve)) };
  }
}

async function sizesOf(call: ClientDuplexStream<Buffer, Buffer>): Promise<number[]> {
  const sizes: number[] = [];
  for await (const part of call) sizes.push((part as Buffer).length);
  return sizes;
}

const padding = 'p'.repeat(271_828);

const cases: { readonly [name: string]: (caller: Caller) => Promise<void> } = {
  empty_unary: async (caller) => {
    const { reply, end } = await caller.unary(interopMethods.EmptyCall, Buffer.alloc(0));
    deepEqual([reply?.length, end.code], [0, status.OK]);
  },
  large_unary: async (caller) => {
    const { reply, end } = await caller.unary(interopMethods.UnaryCall, order({ sizes: [314_159], padding }));
    deepEqual([reply?.length, end.code], [314_159, status.OK]);
  },
  client_streaming: async (caller) => {
    equal(await caller.input([27_182, 8, 1828, 45_904].map((size) => Buffer.alloc(size))), '74922');
  },
  server_streaming: async (caller) => {
    const { call, end } = caller.duplex();
    call.write(order({ sizes: [31_415, 9, 2653, 58_979] }));
    call.end();
    deepEqual(await sizesOf(call), [31_415, 9, 2653, 58_979]);
    equal((await end).code, status.OK);
  },
  ping_pong: async (caller) => {
    const { call, end } = caller.duplex();
    for (const size of [31_415, 9, 2653, 58_979]) {
      call.write(order({ sizes: [size], padding }));
      const [answer] = (await once(call, 'data')) as [Buffer];
      equal(answer.length, size);
    }
    call.end();
    equal((await end).code, status.OK);
  },
  empty_stream: async (caller) => {
    const { call, end } = caller.duplex();
    call.end();
    deepEqual(await sizesOf(call), []);
    equal((await end).code, status.OK);
  },
  custom_metadata: async (caller) => {
    const metadata = new Metadata();
    metadata.add(initialKey, 'test_initial_metadata_value');
    metadata.add(trailingKey, Buffer.from([0xab, 0xab, 0xab]));
    const { initial, end } = await caller.unary(interopMethods.UnaryCall, order({}), metadata);
    deepEqual(initial.get(initialKey), ['test_initial_metadata_value']);
    deepEqual(end.metadata.get(trailingKey), [Buffer.from([0xab, 0xab, 0xab])]);
    const stream = caller.duplex(metadata);
    const head = once(stream.call, 'metadata');
    stream.call.resume().end();
    deepEqual((await head)[0].get(initialKey), ['test_initial_metadata_value']);
    deepEqual((await stream.end).metadata.get(trailingKey), [Buffer.from([0xab, 0xab, 0xab])]);
  },
  status_code_and_message: async (caller) => {
    const wanted = order({ status: { code: 2, message: 'test status message' } });
    const { end } = await caller.unary(interopMethods.UnaryCall, wanted);
    deepEqual([end.code, end.details], [2, 'test status message']);
    const stream = caller.duplex();
    stream.call.resume().write(wanted);
    deepEqual([(await stream.end).code, (await stream.end).details], [2, 'test status message']);
  },
  special_status_message: async (caller) => {
    const wanted = order({ status: { code: 2, message: special } });
    const { end } = await caller.unary(interopMethods.UnaryCall, wanted);
    deepEqual([end.code, end.details], [2, special]);
  },
  unimplemented_method: async (caller) => {
    equal((await caller.unary(unknownMethod, order({}))).end.code, status.UNIMPLEMENTED);
  },
  unimplemented_service: async (caller) => {
    equal((await caller.unary(unknownService, order({}))).end.code, status.UNIMPLEMENTED);
  },
  cancel_after_begin: async (caller) => {
    const before = caller.cancelled();
    const { call, end } = caller.duplex();
    call.write(order({}));
    call.resume();
    await once(call, 'metadata');
    call.cancel();
    equal((await end).code, status.CANCELLED);
    await eventually(() => caller.cancelled() > before);
  },
  cancel_after_first_response: async (caller) => {
    const before = caller.cancelled();
    const { call, end } = caller.duplex();
    call.write(order({ sizes: [31_415], padding }));
    await once(call, 'data');
    call.cancel();
    equal((await end).code, status.CANCELLED);
    await eventually(() => caller.cancelled() > before);
  },
  timeout_on_sleeping_server: async (caller) => {
    const { call, end } = caller.duplex(new Metadata(), { deadline: Date.now() + 300 });
    call.resume().write(order({ padding }));
    equal((await end).code, status.DEADLINE_EXCEEDED);
  },
  concurrent_large_unary: async (caller) => {
    const calls = Array.from({ length: 20 }, () =>
      caller.unary(interopMethods.UnaryCall, order({ sizes: [314_159], padding })),
    );
    for (const { reply } of await Promise.all(calls)) equal(reply?.length, 314_159);
  },
};

/** Messages of a gRPC-Web answer, and its trailers. */
function webAnswer(body: Buffer): { readonly sizes: number[]; readonly trailers: string } {
  const sizes: number[] = [];
  let trailers = '';
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    if (((body[at] as number) & 0x80) === 0) sizes.push(end - at - 5);
    else trailers = body.toString('latin1', at + 5, end);
    at = end;
  }
  return { sizes, trailers };
}

async function web(
  proxy: RunningProxy,
  method: MethodDefinition<Buffer, Buffer>,
  message: Buffer,
  form: 'proto' | 'text',
): Promise<{ readonly sizes: number[]; readonly trailers: string; readonly headers: object }> {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const framed = Buffer.concat([head, message]);
  const type = form === 'text' ? 'application/grpc-web-text' : 'application/grpc-web+proto';
  const { body, headers } = await fetchFrom(proxy.port('clear'), method.path, {
    method: 'POST',
    headers: { 'content-type': type, accept: type, [initialKey]: 'initial' },
    body: form === 'text' ? framed.toString('base64') : framed,
  });
  const raw =
    form === 'text'
      ? body.replace(/[^=]+=*/g, (part) => Buffer.from(part, 'base64').toString('latin1'))
      : body;
  return { ...webAnswer(Buffer.from(raw, 'latin1')), headers };
}

async function webCases(proxy: RunningProxy, form: 'proto' | 'text'): Promise<void> {
  const empty = await web(proxy, interopMethods.EmptyCall, Buffer.alloc(0), form);
  deepEqual(empty.sizes, [0]);
  match(empty.trailers, /grpc-status:\s*0/);
  const large = await web(proxy, interopMethods.UnaryCall, order({ sizes: [314_159], padding }), form);
  ok((large.sizes[0] as number) > 0, 'compressed or not, a message');
  equal((large.headers as { readonly [name: string]: unknown })[initialKey], 'initial');
  const streamed = await web(proxy, interopMethods.FullDuplexCall, order({ sizes: [9, 2653, 31_415] }), form);
  equal(streamed.sizes.length, 3);
  match(streamed.trailers, /grpc-status:\s*0/);
  const failed = await web(
    proxy,
    interopMethods.UnaryCall,
    order({ status: { code: 2, message: 'test status message' } }),
    form,
  );
  const told = JSON.stringify(failed.headers) + failed.trailers;
  match(told, /grpc-status"?:\s*"?2/);
  match(told, /test%20status%20message/);
}

test('the cases of gRPC’s interoperability tests', {
  skip: opensslMissing() ?? false,
  timeout: 200_000,
}, async (t) => {
  const setup = await start(t);
  for (const way of ['clear', 'secure'] as const) {
    for (const compression of [0, 2]) {
      const caller = new Caller(t, setup, way, { 'grpc.default_compression_algorithm': compression });
      const named = `${way}${compression === 0 ? '' : ', client_compressed and server_compressed'}`;
      for (const [name, play] of Object.entries(cases)) {
        await t.test(`${named}: ${name}`, { timeout: 60_000 }, () => play(caller));
      }
    }
  }
  for (const form of ['proto', 'text'] as const) {
    await t.test(`gRPC-Web as ${form}`, { timeout: 60_000 }, () => webCases(setup.proxy, form));
  }
});
