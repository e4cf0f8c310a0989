import { deepEqual, equal } from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Plain } from '../../../src/base/plain.js';
import { withoutEnvoy } from '../../support/envoy.js';
import { fetchFrom, startOrigin } from '../../support/proxy.js';
import { startRateLimit, withoutRateLimit } from '../../support/ratelimit-service.js';
import { needsRedis, startRedis } from '../../support/redis-servers.js';
import { address, type Fields, filter, typed } from './families/filter-family.js';
import { cluster } from './network-bootstrap.js';
import { type Bootstrap, type Places, type ProxyKind, ProxyUnderTest } from './proxy-under-test.js';

/** Years, so that no window ends during the test. */
const domain = (name: string): string => `
domain: ${name}
descriptors:
  - {key: user, value: few, rate_limit: {unit: year, requests_per_unit: 2}}
  - {key: user, rate_limit: {unit: year, requests_per_unit: 5}}
  - key: path
    value: /narrow
    descriptors:
      - {key: user, rate_limit: {unit: year, requests_per_unit: 1}}
  - {key: kind, value: free, rate_limit: {unlimited: true}}
  - {key: kind, value: watched, shadow_mode: true, rate_limit: {unit: year, requests_per_unit: 1}}
  - {key: kind, value: named, rate_limit: {name: the name, unit: year, requests_per_unit: 3}}
  - {key: conn, value: one, rate_limit: {unit: year, requests_per_unit: 2}}
`;

/** Header lines of requests, one after the other. */
const requests: readonly { readonly [name: string]: string }[] = [
  {},
  { 'x-kind': 'unheard' },
  ...Array.from({ length: 4 }, () => ({ 'x-user': 'few' })),
  ...Array.from({ length: 3 }, () => ({ 'x-user': 'many' })),
  ...Array.from({ length: 3 }, () => ({ 'x-narrow': '/narrow', 'x-user': 'narrow' })),
  ...Array.from({ length: 2 }, () => ({ 'x-kind': 'free' })),
  ...Array.from({ length: 3 }, () => ({ 'x-kind': 'watched' })),
  ...Array.from({ length: 4 }, () => ({ 'x-kind': 'named', 'x-user': 'many' })),
];

const action = (header_name: string, descriptor_key: string): Plain => ({
  request_headers: { header_name, descriptor_key },
});
const service: Fields = {
  transport_api_version: 'V3',
  grpc_service: { envoy_grpc: { cluster_name: 'limits' } },
};

function listeners(places: Places, name: string): Plain[] {
  const http = filter(
    'http',
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      stat_prefix: 'http',
      route_config: {
        virtual_hosts: [
          {
            name: 'all',
            domains: ['*'],
            rate_limits: [
              { actions: [action('x-user', 'user')] },
              { actions: [action('x-narrow', 'path'), action('x-user', 'user')] },
              { actions: [action('x-kind', 'kind')] },
            ],
            routes: [{ match: { prefix: '/' }, route: { cluster: 'main' } }],
          },
        ],
      },
      http_filters: [
        filter('ratelimit', 'envoy.extensions.filters.http.ratelimit.v3.RateLimit', {
          domain: name,
          timeout: '20s',
          failure_mode_deny: true,
          enable_x_ratelimit_headers: 'DRAFT_VERSION_03',
          rate_limit_service: service,
        }),
        filter('router', 'envoy.extensions.filters.http.router.v3.Router', {}),
      ],
    },
  );
  const limited = filter('ratelimit', 'envoy.extensions.filters.network.ratelimit.v3.RateLimit', {
    stat_prefix: 'own',
    domain: name,
    timeout: '20s',
    failure_mode_deny: true,
    descriptors: [{ entries: [{ key: 'conn', value: 'one' }] }],
    rate_limit_service: service,
  });
  const echo = filter('echo', 'envoy.extensions.filters.network.echo.v3.Echo', {});
  return Object.entries({ http: [http], bytes: [limited, echo] }).map(([key, filters]) => ({
    name: key,
    stat_prefix: key,
    address: address(places.listeners[key] ?? 0),
    filter_chains: [{ filters }],
  }));
}

function bootstrap(kind: ProxyKind, origin: number, limits: number): Bootstrap {
  const http2: Fields = {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        { explicit_http_config: { http2_protocol_options: {} } },
      ),
    },
  };
  return {
    name: 'ratelimit-service',
    extension: 'json',
    listeners: ['http', 'bytes'],
    origins: [],
    text: (places) =>
      JSON.stringify({
        admin: { address: address(places.adminPort) },
        static_resources: {
          listeners: listeners(places, kind),
          clusters: [cluster('main', [origin]), { ...(cluster('limits', [limits]) as Fields), ...http2 }],
        },
      }),
  };
}

/** What a client of bytes gets back before the proxy closes, or the echo of what it said. */
async function spoken(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('hello');
  let text = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part;
    if (text === 'hello') socket.destroy();
  });
  await new Promise((resolve) => socket.on('close', resolve));
  return text;
}

async function observe(t: TestContext, kind: ProxyKind, origin: number, limits: number): Promise<string[]> {
  const proxy = await ProxyUnderTest.start(kind, bootstrap(kind, origin, limits));
  t.after(() => proxy.stop());
  const { http = 0, bytes = 0 } = proxy.places.listeners;
  const lines: string[] = [];
  for (const headers of requests) {
    const { status, headers: answered, body } = await fetchFrom(http, '/', { headers });
    const told = Object.entries(answered)
      .filter(([name]) => name.includes('ratelimit'))
      .map(([name, value]) => `${name}: ${name === 'x-ratelimit-reset' ? '<seconds>' : value}`);
    lines.push([JSON.stringify(headers), status, body, ...told.sort()].join(' | '));
  }
  for (let i = 0; i < 3; i++) lines.push(`bytes: ${await spoken(bytes)}`);
  await proxy.settled(/^ratelimit\.own\.active$/);
  const stats = await proxy.stats();
  for (const [name, value] of stats) {
    if (/^cluster\.main\.ratelimit|^ratelimit\.own/.test(name)) lines.push(`${name}: ${value}`);
  }
  return lines;
}

test('the rate limit service of Envoy limits requests and connections of this proxy as those of Envoy', {
  skip: withoutRateLimit || needsRedis.skip,
  timeout: 120_000,
}, async (t) => {
  const origin = await startOrigin(t, (_, response) => response.end('passed'));
  const limits = await startRateLimit(t, await startRedis(t), {
    envoy: domain('envoy'),
    sluice: domain('sluice'),
  });
  const ours = await observe(t, 'sluice', origin.port, limits);
  const statuses = ours.slice(0, requests.length).map((line) => line.split(' | ')[1]);
  const expected = '200 200 200 200 429 429 200 200 200 200 429 429 200 200 200 200 200 200 200 429 429';
  equal(statuses.join(' '), expected);
  deepEqual(ours.slice(requests.length, requests.length + 3), ['bytes: hello', 'bytes: hello', 'bytes: ']);
  if (withoutEnvoy === false) deepEqual(ours.sort(), (await observe(t, 'envoy', origin.port, limits)).sort());
});
