import { deepEqual, equal } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { writeModule } from '../support/filter-harness.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';

const filterEntry = new URL('../../src/filter.js', import.meta.url).href;

/** Waits as the request says, on the way up and, when the whole answer has come, on the way down. */
const waitingFilter = `import { asyncFilter } from '${filterEntry}';
export default asyncFilter({
  name: 'waiting', typeUrl: 'tests.Waiting',
  async request(request, run) {
    if (request.path.includes('/throw')) throw new Error('thrown upstream');
    await run.sleep(Number(request.headers.get('x-wait-up') ?? 0));
    const text = await request.text();
    await request.replaceBody(text + '!');
    request.headers.set('x-tried', (request.headers.get('x-tried') ?? '') + 'yes');
  },
  async response(response, run) {
    const text = await response.text();
    await run.sleep(Number(response.headers.get('x-wait-down') ?? 0));
    await response.replaceBody(text.toUpperCase());
  },
});`;

function typedStruct(typeUrl: string, value: object): object {
  return {
    '@type': 'type.googleapis.com/xds.type.v3.TypedStruct',
    type_url: `type.googleapis.com/${typeUrl}`,
    value,
  };
}

function address(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function cluster(name: string, port: number): object {
  const protocol = name === 'http2' ? 'http2_protocol_options' : 'http_protocol_options';
  return {
    name,
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { [protocol]: {} },
        http_filters: [
          { name: 'waiting', typed_config: typedStruct('tests.Waiting', {}) },
          {
            name: 'codec',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec',
            },
          },
        ],
      },
    },
  };
}

function route(name: string): object {
  return {
    match: { prefix: `/${name}/` },
    route: {
      cluster: name,
      timeout: '0s',
      retry_policy: { retry_on: '5xx', num_retries: 3, retry_back_off: { base_interval: '0.001s' } },
    },
  };
}

function bootstrap(module: string, ports: { readonly [cluster: string]: number }): string {
  const manager = {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'main',
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: Object.keys(ports).map(route) }] },
    http_filters: [
      {
        name: 'router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  };
  return JSON.stringify({
    bootstrap_extensions: [
      { name: 'modules', typed_config: typedStruct('sluice.v1.FilterModules', { modules: [module] }) },
    ],
    admin: { address: address(0) },
    static_resources: {
      listeners: [
        {
          name: 'main',
          address: address(0),
          filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
        },
      ],
      clusters: Object.entries(ports).map(([name, port]) => cluster(name, port)),
    },
  });
}

type Answerer = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers with path, number of tries and body; what is called flaky fails once. */
function answering(): Answerer {
  const failed = new Set<string>();
  return (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      if (path.includes('flaky') && !failed.has(path)) {
        failed.add(path);
        response.statusCode = 503;
      }
      const wait = request.headers['x-wait-down'];
      if (typeof wait === 'string') response.setHeader('x-wait-down', wait);
      response.end(`${path} ${request.headers['x-tried']} ${body}`);
    });
  };
}

/** One proxy with an origin of each protocol behind it. */
async function startBoth(t: TestContext): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-attempt-filters-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const http1 = createServer(answering());
  const http2 = createHttp2Server(answering() as never);
  const ports: { [cluster: string]: number } = {};
  for (const [name, server] of Object.entries({ http1, http2 })) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports[name] = (server.address() as AddressInfo).port;
    t.after(() => server.close());
  }
  return startProxy(t, bootstrap(writeModule(folder, 'waiting.js', waitingFilter), ports));
}

test('attempts run through asynchronous filters of their own', { timeout: 120_000 }, async (t) => {
  const proxy = await startBoth(t);

  for (const protocol of ['http1', 'http2']) {
    await t.test(`${protocol}: answers that are held go to their own requests`, async () => {
      const ids = Array.from({ length: 40 }, (_, i) => i);
      const answers = await Promise.all(
        ids.map((id) =>
          proxy.fetch(`/${protocol}/${id}`, {
            method: 'POST',
            body: `body-${id}`,
            headers: { 'x-wait-up': String((id * 7) % 20), 'x-wait-down': String((id * 11) % 20) },
          }),
        ),
      );
      deepEqual(
        answers.map(({ body }) => body),
        ids.map((id) => `/${protocol}/${id} yes body-${id}!`.toUpperCase()),
      );
    });

    await t.test(`${protocol}: a retry runs through the filters again`, async () => {
      const answer = await proxy.fetch(`/${protocol}/flaky`, { method: 'POST', body: 'x' });
      equal(answer.status, 200);
      equal(answer.body, `/${protocol}/FLAKY YESYES X!`.toUpperCase());
    });

    await t.test(`${protocol}: a filter that throws costs its request a 500`, async () => {
      equal((await proxy.fetch(`/${protocol}/throw`)).status, 500);
      equal((await proxy.fetch(`/${protocol}/after`)).status, 200);
      await proxy.logged(/thrown upstream/);
    });

    for (const [what, header] of [
      ['the request', 'x-wait-up'],
      ['the answer', 'x-wait-down'],
    ] as const) {
      await t.test(
        `${protocol}: a client that goes while ${what} is held leaves nothing behind`,
        async () => {
          const active = (): Promise<number> => proxy.stat('http.main.downstream_rq_active');
          const socket = connect(proxy.port(), '127.0.0.1');
          socket.write(`GET /${protocol}/gone HTTP/1.1\r\nhost: test.local\r\n${header}: 100000\r\n\r\n`);
          await eventually(async () => (await active()) === 1);
          socket.destroy();
          await eventually(async () => (await active()) === 0);
          equal((await proxy.fetch(`/${protocol}/after`)).status, 200);
          await eventually(async () => (await proxy.stat(`cluster.${protocol}.upstream_rq_active`)) === 0);
        },
      );
    }
  }
});
