import { deepEqual, equal } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';
import { type NetworkFilterRunner, runNetworkFilter, writeModule } from '../support/filter-harness.js';
import { bootstrapText, listener, tcpAddress } from '../support/listener-text.js';
import { startOrigin, startProxy } from '../support/proxy.js';
import { dialPeer } from '../support/tcp-peers.js';

const source = `
export const shout = {
  name: 'shout',
  typeUrl: 'acme.Shout',
  isTerminal: true,
  parse: (node) => ({ mark: node.string('mark') }),
  build: ({ mark }) => (connection) => ({
    onData(chunk) {
      connection.writeText(chunk.buffer.latin1Slice(chunk.start, chunk.end).toUpperCase() + mark);
      return 1;
    },
  }),
};
`;

test("a network filter of a user's module ends a chain", async (t) => {
  const module = join(tmpdir(), `shout-${process.pid}.mjs`);
  writeFileSync(module, source);
  t.after(() => rmSync(module));
  const filter = {
    name: 'shout',
    typed_config: {
      '@type': 'type.googleapis.com/xds.type.v3.TypedStruct',
      type_url: 'type.googleapis.com/acme.Shout',
      value: { mark: '!' },
    },
  };
  const text = bootstrapText([listener('main', tcpAddress('127.0.0.1'), [filter])], []);
  const proxy = await startProxy(t, text, ['--filter-module', module]);
  const client = await dialPeer(t, { port: proxy.port() });
  client.send('hello');
  await client.received('!');
  equal(client.text, 'HELLO!');
});

const lineGuard = fileURLToPath(new URL('../../examples/filters/line-guard.js', import.meta.url));

test('the line guard asks its cluster about the first line, tells the log, and refuses', async (t) => {
  const checker = await startOrigin(t, (request, response) => {
    response.statusCode = request.url === '/check/good' ? 200 : 404;
    response.end('alice\n');
  });
  const filter = await runNetworkFilter(t, {
    module: lineGuard,
    typeUrl: 'examples.LineGuard',
    config: { cluster: 'tokens' },
    clusters: { tokens: checker.port },
    logFormat: '%DYNAMIC_METADATA(line-guard:user)% %DOWNSTREAM_LOCAL_CLOSE_REASON%',
  });
  const client = await filter.dial();
  client.send('go');
  client.send('od\nhello');
  const upstream = await filter.origin.accept();
  await upstream.received('good\nhello');
  client.send(', more');
  await upstream.received('hello, more');
  upstream.send('welcome');
  await client.received('welcome');
  client.end();
  upstream.end();
  equal(await client.ended, 'fin');
  equal(upstream.text, 'good\nhello, more');

  const stranger = await filter.dial();
  stranger.send('bad\n');
  await stranger.received('this token is not known\n');
  equal(await stranger.ended, 'fin');
  const refusal = 'this token is not known\n';
  await counted(filter, 'network.line-guard', {
    refused: 1,
    received_bytes: upstream.text.length,
    sent_bytes: 'welcome'.length + refusal.length,
  });
  const lines = (): string[] => readFileSync(join(filter.proxy.folder, 'access.log'), 'utf8').split('\n');
  await eventually(() => lines().length === 3);
  deepEqual(lines().sort(), ['', '- unknown_token', 'alice -']);
});

/** Waits until the counters below that name stand so: main hears of new names a moment later. */
async function counted(
  { proxy }: NetworkFilterRunner,
  root: string,
  counts: { readonly [name: string]: number },
): Promise<void> {
  for (const [name, count] of Object.entries(counts))
    await eventually(async () => (await proxy.stat(`${root}.${name}`)) === count);
}

/** A module with one asyncNetworkFilter of type `tests.Tried`, from the text of its options. */
function triedFilter(t: TestContext, options: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-filter-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const entry = new URL('../../src/filter.js', import.meta.url).href;
  const text = `import { asyncNetworkFilter } from '${entry}';
export default asyncNetworkFilter({ name: 'tried', typeUrl: 'tests.Tried', ${options} });`;
  return writeModule(folder, 'tried.js', text);
}

test('bytes that come while handlers work wait, and go on in order, each once', async (t) => {
  const module = triedFilter(
    t,
    `async open(run) { await run.sleep(20); run.count('opened'); },
    async data(bytes, run) {
      run.state.set('seen', (run.state.get('seen') ?? '') + bytes);
      await run.sleep(5);
      run.count('bytes', bytes.length);
    },
    close: (run) => run.count(run.signal.aborted ? 'aborted' : 'not_aborted'),`,
  );
  const filter = await runNetworkFilter(t, { module, typeUrl: 'tests.Tried' });
  const client = await filter.dial();
  let sent = '';
  for (let i = 0; i < 40; i++) {
    const text = `${i} ${'x'.repeat(i * 50)};`;
    sent += text;
    client.send(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.end();
  const upstream = await filter.origin.accept();
  equal(await upstream.ended, 'fin');
  equal(upstream.text, sent);
  upstream.end();
  await counted(filter, 'network.tried', { aborted: 1, bytes: sent.length, opened: 1 });
});

test('a handler that throws or takes too long ends its connection, or is passed over', async (t) => {
  const data = `async data(bytes, run) {
    if (bytes.includes('slow')) await run.sleep(60_000);
    if (bytes.includes('bad')) throw new Error('on purpose');
  },`;
  for (const onError of ['close', 'continue'] as const) {
    const module = triedFilter(t, `timeoutMs: 50, onError: '${onError}', ${data}`);
    const filter = await runNetworkFilter(t, { module, typeUrl: 'tests.Tried' });
    for (const text of ['bad', 'slow']) {
      const client = await filter.dial();
      client.send(text);
      if (onError === 'continue') await (await filter.origin.accept()).received(text);
      else await client.ended;
    }
    await counted(filter, 'network.tried', { filter_error: 2 });
  }
});

test('no more bytes are kept for a handler than the listener buffers', async (t) => {
  const module = triedFilter(t, `data: () => 'more',`);
  const filter = await runNetworkFilter(t, { module, typeUrl: 'tests.Tried', bufferLimitBytes: 1000 });
  const client = await filter.dial();
  client.send('x'.repeat(1000));
  await client.ended;
  await counted(filter, 'network.tried', { filter_error: 1 });
});
