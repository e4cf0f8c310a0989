import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { filterBootstrap, runFilter, writeModule } from '../support/filter-harness.js';
import { mainPath, startOrigin, startProxy } from '../support/proxy.js';

const example = (name: string): string =>
  fileURLToPath(new URL(`../../examples/filters/${name}.js`, import.meta.url));
const filterEntry = new URL('../../src/filter.js', import.meta.url).href;

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-filter-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A module with one asyncFilter of type `tests.Tried`, from the text of its options. */
function triedFilter(t: TestContext, options: string): string {
  const text = `import { asyncFilter } from '${filterEntry}';
export default asyncFilter({ name: 'tried', typeUrl: 'tests.Tried', ${options} });`;
  return writeModule(temporaryFolder(t), 'tried.js', text);
}

test('the example filter reads one header and adds one each way', async (t) => {
  const filter = await runFilter(t, {
    module: example('header-stamp'),
    typeUrl: 'examples.HeaderStamp',
    config: { read: 'X-Who' },
  });
  const answer = await filter.fetch('/', { headers: { 'x-who': 'me' } });
  equal(answer.status, 200);
  equal(answer.headers['x-stamp'], 'seen');
  equal(filter.received[0]?.headers['x-stamp'], 'me');
});

test('the token check asks its cluster, refuses, and tells the upstream who it is', async (t) => {
  const checker = await startOrigin(t, (request, response) => {
    response.statusCode = request.headers.authorization === 'Bearer good' ? 200 : 401;
    response.end('alice\n');
  });
  const filter = await runFilter(t, {
    module: example('token-check'),
    typeUrl: 'examples.TokenCheck',
    config: { cluster: 'tokens' },
    clusters: { tokens: checker.port },
  });
  equal((await filter.fetch('/')).status, 401);
  const refused = await filter.fetch('/', { headers: { authorization: 'Bearer bad' } });
  equal(refused.status, 403);
  equal(refused.body, 'this token is not known\n');
  equal(
    (await filter.fetch('/a', { method: 'POST', body: 'kept', headers: { authorization: 'Bearer good' } }))
      .status,
    200,
  );
  equal(filter.received.length, 1);
  equal(filter.received[0]?.headers['x-user'], 'alice');
  equal(filter.received[0]?.headers.authorization, undefined);
  equal(filter.received[0]?.body, 'kept');
});

test('a handler reads and replaces bodies in both directions', async (t) => {
  const module = triedFilter(
    t,
    `async request(request) { await request.replaceBody((await request.text()).toUpperCase()); },
     async response(response) { response.status = 201; await response.replaceBody(JSON.stringify({ was: await response.text() })); },`,
  );
  const filter = await runFilter(t, { module, typeUrl: 'tests.Tried' });
  const answer = await filter.fetch('/', { method: 'POST', body: 'x'.repeat(100_000) });
  equal(filter.received[0]?.body, 'X'.repeat(100_000));
  equal(answer.status, 201);
  equal(answer.body, '{"was":"origin"}');
});

test('a body beyond the buffer limit is refused when a handler reads it', async (t) => {
  const module = triedFilter(t, 'async request(request) { await request.bytes(); }');
  const filter = await runFilter(t, { module, typeUrl: 'tests.Tried', bufferLimitBytes: 10_000 });
  equal((await filter.fetch('/', { method: 'POST', body: 'x'.repeat(20_000) })).status, 413);
  equal((await filter.fetch('/', { method: 'POST', body: 'x'.repeat(5000) })).status, 200);
});

test('a body larger than the buffer limit passes a handler that only waits', async (t) => {
  const module = triedFilter(
    t,
    'async request(request, run) { await run.sleep(20); request.headers.set("x-waited", "yes"); }',
  );
  const filter = await runFilter(t, { module, typeUrl: 'tests.Tried', bufferLimitBytes: 10_000 });
  const body = 'abcdefghij'.repeat(100_000);
  equal((await filter.fetch('/', { method: 'POST', body })).status, 200);
  equal(filter.received[0]?.headers['x-waited'], 'yes');
  ok(filter.received[0]?.body === body);
});

test('a handler that throws or rejects costs its request a 500 and nothing else', async (t) => {
  const module = triedFilter(
    t,
    `request(request) {
       if (request.path === '/throw') throw new Error('thrown');
       if (request.path === '/reject') return Promise.reject(new Error('rejected'));
       if (request.path === '/dropped') { Promise.reject(new Error('dropped')); }
     },`,
  );
  const filter = await runFilter(t, { module, typeUrl: 'tests.Tried' });
  equal((await filter.fetch('/throw')).status, 500);
  equal((await filter.fetch('/reject')).status, 500);
  equal((await filter.fetch('/dropped')).status, 200);
  equal((await filter.fetch('/')).status, 200);
  await filter.proxy.logged(/thrown[\s\S]*rejected[\s\S]*dropped/);
  ok(!/died/.test(filter.proxy.log));
  equal(await filter.proxy.stat('http.tested.filter_error'), 2);
});

test('a handler that takes too long ends in a 500, or lets the message pass, as its filter says', async (t) => {
  const hang = 'timeoutMs: 30, request() { return new Promise(() => {}); },';
  const failing = await runFilter(t, { module: triedFilter(t, hang), typeUrl: 'tests.Tried' });
  equal((await failing.fetch('/')).status, 500);
  const passing = await runFilter(t, {
    module: triedFilter(t, `onError: 'continue', ${hang}`),
    typeUrl: 'tests.Tried',
  });
  equal((await passing.fetch('/')).status, 200);
});

test('a route speaks to a filter through typed_per_filter_config', async (t) => {
  const module = triedFilter(
    t,
    `parse: (node) => node.string('word', 'none'), parseRoute: (node) => node.string('word'),
     response(response, run) { response.headers.set('x-words', run.config + ' ' + run.routeConfig()); },`,
  );
  const filter = await runFilter(t, {
    module,
    typeUrl: 'tests.Tried',
    config: { word: 'own' },
    routeConfig: { word: 'route' },
  });
  equal((await filter.fetch('/')).headers['x-words'], 'own route');
});

test('the signal is aborted when the client goes away', async (t) => {
  const client = new AbortController();
  let hear = (_path: string): void => undefined;
  const heard = new Promise<string>((resolve) => {
    hear = resolve;
  });
  const listener = await startOrigin(t, (request, response) => {
    response.end();
    if (request.url === '/begun') client.abort();
    else hear(request.url ?? '');
  });
  const module = triedFilter(
    t,
    `parse: (node) => node.number('port'),
     request(request, run) {
       const tell = (what) => fetch('http://127.0.0.1:' + run.config + '/' + what);
       run.signal.addEventListener('abort', () => tell(run.signal.reason.name));
       tell('begun');
       return new Promise(() => {});
     },`,
  );
  const filter = await runFilter(t, { module, typeUrl: 'tests.Tried', config: { port: listener.port } });
  await fetch(`http://127.0.0.1:${filter.proxy.port()}/`, { signal: client.signal }).catch(() => undefined);
  equal(await heard, '/AbortError');
});

test('a response handler answers in place of the origin', async (t) => {
  const module = triedFilter(
    t,
    `async response(response, run) {
       if ((await response.text()) === 'origin') run.respond(418, 'instead', { 'x-why': 'because' });
     },`,
  );
  const filter = await runFilter(t, { module, typeUrl: 'tests.Tried' });
  const answer = await filter.fetch('/');
  deepEqual([answer.status, answer.body, answer.headers['x-why']], [418, 'instead', 'because']);
});

test('a fetch to a cluster that does not answer rejects with the reason', async (t) => {
  const module = triedFilter(
    t,
    `async request(request, run) {
       const reasons = [];
       for (const name of ['nowhere', 'refusing']) {
         await run.cluster(name).fetch('/').catch((error) => reasons.push(error.message));
       }
       run.respond(200, reasons.join('; '));
     },`,
  );
  const filter = await runFilter(t, { module, typeUrl: 'tests.Tried', clusters: { refusing: 1 } });
  match((await filter.fetch('/')).body, /^nowhere: no_cluster; refusing: remote-connection-failure/);
});

test('a connection serves the next request after one whose body was over the watermark', async (t) => {
  const module = triedFilter(
    t,
    "async request(request, run) { await run.sleep(5); run.respond(200, 'early'); }",
  );
  const filter = await runFilter(t, { module, typeUrl: 'tests.Tried', bufferLimitBytes: 1000 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  for (let i = 0; i < 3; i++) equal(await post(filter.proxy.port(), agent, 'x'.repeat(1500)), 200);
});

function post(port: number, agent: Agent, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, agent, method: 'POST' }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('all workers take from one bucket', async (t) => {
  const origin = await startOrigin(t, (_, response) => response.end('origin'));
  const always = { default_value: { numerator: 100 } };
  const limited = JSON.parse(
    filterBootstrap({ module: example('header-stamp'), typeUrl: 'examples.HeaderStamp' }, origin.port),
  );
  const [chain] = limited.static_resources.listeners[0].filter_chains;
  chain.filters[0].typed_config.http_filters[0] = {
    name: 'limit',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
      stat_prefix: 'shared',
      token_bucket: { max_tokens: 7, fill_interval: '3600s' },
      filter_enabled: always,
      filter_enforced: always,
    },
  };
  const proxy = await startProxy(t, JSON.stringify(limited));
  const answers = await Promise.all(Array.from({ length: 20 }, () => proxy.fetch('/')));
  equal(answers.filter(({ status }) => status === 200).length, 7);
  equal(answers.filter(({ status, body }) => status === 429 && body === 'local_rate_limited').length, 13);
});

for (const [what, text, expected] of [
  ['cannot be imported', 'import "./missing.js";', /tried\.js cannot be imported: .*missing\.js/],
  ['exports no filter', 'export const nothing = 1;', /tried\.js exports no filter/],
  [
    'hides a type of Envoy',
    'export default { name: "a", typeUrl: "envoy.x", parse() {}, build() {} };',
    /would hide one of Envoy's types/,
  ],
] as const) {
  test(`a module that ${what} is refused by name before anything starts`, (t) => {
    const folder = temporaryFolder(t);
    const module = writeModule(folder, 'tried.js', text);
    match(validate(folder, filterBootstrap({ module, typeUrl: 'tests.Tried' }, 1)), expected);
  });
}

test('a field that a filter does not read is refused with the nearest one that it does', (t) => {
  const folder = temporaryFolder(t);
  const bootstrap = filterBootstrap(
    { module: example('header-stamp'), typeUrl: 'examples.HeaderStamp', config: { reed: 'a', stamp: 1 } },
    1,
  );
  const told = validate(folder, bootstrap);
  match(told, /unknown field "reed" of examples\.HeaderStamp.*read/);
  match(told, /value\.stamp: expected a string, found 1/);
});

function validate(folder: string, bootstrap: string): string {
  const file = join(folder, 'bootstrap.yaml');
  writeFileSync(file, bootstrap);
  const args = [mainPath, '--mode', 'validate', '-c', file];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
  equal(run.status, 1);
  return run.stderr;
}
