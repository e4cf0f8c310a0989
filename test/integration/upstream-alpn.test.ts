import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createSecureServer } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer, type Server } from 'node:tls';
import { opensslMissing, TestAuthority } from '../support/certificates.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';
import { tlsClusters } from '../support/tls-clusters.js';

const skip = opensslMissing() ?? false;

/** What the TLS hellos offered, and the port of an origin that chooses `chosen` of it, or nothing. */
interface Origin {
  readonly port: number;
  readonly offers: string[];
}

async function startOrigin(t: TestContext, chosen: 'h2' | 'http/1.1' | null): Promise<Origin> {
  const { pem, keyPem } = new TestAuthority(t).issue({ sans: 'DNS:a.test' });
  const offers: string[] = [];
  const server = chosen === null ? withoutAlpn(pem, keyPem) : withAlpn(pem, keyPem, chosen, offers);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the origin has no port');
  return { port: address.port, offers };
}

function withAlpn(cert: string, key: string, chosen: string, offers: string[]): Server {
  const options = {
    cert,
    key,
    allowHTTP1: true,
    ALPNCallback: ({ protocols }: { readonly protocols: readonly string[] }): string | undefined => {
      offers.push(protocols.join());
      return protocols.includes(chosen) ? chosen : undefined;
    },
  };
  return createSecureServer(options, (request, response) => response.end(request.httpVersion));
}

function withoutAlpn(cert: string, key: string): Server {
  const http = createHttpServer((request, response) => response.end(request.httpVersion));
  return createTlsServer({ cert, key }, (socket) => http.emit('connection', socket));
}

function speaking(options: object): object {
  return {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        ...options,
      },
    },
  };
}

const http1 = speaking({ explicit_http_config: { http_protocol_options: {} } });
const http2 = speaking({ explicit_http_config: { http2_protocol_options: {} } });
const negotiated = speaking({ auto_config: { http2_protocol_options: { max_concurrent_streams: 10 } } });
const likeClient = speaking({ use_downstream_protocol_config: {} });
const ofContext = { ...negotiated, context: { common_tls_context: { alpn_protocols: ['foo', 'h2'] } } };

const clusters = { http1, http2, negotiated, likeClient, ofContext };

async function get(proxy: RunningProxy, path: string): Promise<string> {
  const { status, headers, body } = await proxy.fetch(path);
  return status === 200 ? `${headers['spoken']} ${body}` : String(status);
}

test('a pool offers what it speaks, and a negotiated one speaks what the origin chose', {
  skip,
}, async (t) => {
  const [two, one, none] = await Promise.all([
    startOrigin(t, 'h2'),
    startOrigin(t, 'http/1.1'),
    startOrigin(t, null),
  ]);
  const answers: { [origin: string]: string[] } = {};
  for (const [name, origin] of Object.entries({ two, one, none })) {
    const proxy = await startProxy(t, tlsClusters(origin.port, clusters));
    const list: string[] = [];
    for (const cluster of Object.keys(clusters)) list.push(await get(proxy, `/${cluster}`));
    answers[name] = list;
  }
  deepEqual(answers, {
    two: ['503', 'HTTP/2 2.0', 'HTTP/2 2.0', '503', 'HTTP/2 2.0'],
    one: ['HTTP/1.1 1.1', '503', 'HTTP/1.1 1.1', 'HTTP/1.1 1.1', '503'],
    // Without an answer of ALPN each pool goes on as it meant to; an origin of HTTP/1.1 does not understand HTTP/2.
    none: ['HTTP/1.1 1.1', '502', 'HTTP/1.1 1.1', 'HTTP/1.1 1.1', 'HTTP/1.1 1.1'],
  });
  deepEqual(two.offers, ['http/1.1', 'h2', 'h2,http/1.1', 'http/1.1', 'foo,h2']);
});

test('requests over one negotiated HTTP/2 connection, and HTTP/1.1 ones beside each other', {
  skip,
}, async (t) => {
  const [two, one] = await Promise.all([startOrigin(t, 'h2'), startOrigin(t, 'http/1.1')]);
  const counts: number[][] = [];
  for (const { port } of [two, one]) {
    const proxy = await startProxy(t, tlsClusters(port, clusters));
    for (let i = 0; i < 3; i++) equal((await proxy.fetch('/negotiated')).status, 200);
    const burst = await Promise.all(Array.from({ length: 20 }, () => proxy.fetch('/negotiated')));
    equal(burst.filter(({ status }) => status === 200).length, 20);
    const names = [
      'upstream_cx_http1_total',
      'upstream_cx_http2_total',
      'upstream_rq_total',
      'upstream_rq_active',
    ];
    counts.push(await Promise.all(names.map((name) => proxy.stat(`cluster.negotiated.${name}`))));
  }
  const [[oldOfTwo, newOfTwo, ...requestsOfTwo] = [], [oldOfOne, newOfOne, ...requestsOfOne] = []] = counts;
  deepEqual([oldOfTwo, ...requestsOfTwo], [0, 23, 0]);
  equal((newOfTwo ?? 0) >= 1 && (newOfTwo ?? 0) <= 4, true, `${newOfTwo} connections`);
  deepEqual([newOfOne, ...requestsOfOne], [0, 23, 0]);
  equal((oldOfOne ?? 0) >= 1 && (oldOfOne ?? 0) <= 21, true, `${oldOfOne} connections`);
});

test('clients of HTTP/2 get an HTTP/2 connection where their protocol goes on', { skip }, async (t) => {
  const origin = await startOrigin(t, 'h2');
  const proxy = await startProxy(t, tlsClusters(origin.port, clusters));
  const client = connect(`http://127.0.0.1:${proxy.port()}`);
  client.on('error', () => undefined);
  t.after(() => client.destroy());
  const request = client.request({ ':path': '/likeClient' });
  const [headers] = (await once(request, 'response')) as [{ [name: string]: unknown }];
  deepEqual([headers[':status'], headers['spoken']], [200, 'HTTP/2']);
  request.close();
  deepEqual(origin.offers, ['h2']);
});
