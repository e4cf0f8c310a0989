import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endpoints } from '../../../src/admin/pages.js';
import { ask, FakeViews } from './fake-views.js';

describe('the admin pages', () => {
  test('are sorted by path, and each is told of in the help table and on the home page', async () => {
    const paths = endpoints.map(({ path }) => path);
    deepEqual(paths, [...paths].sort());
    const help = (await ask(new FakeViews(), 'GET /help')).body;
    const home = (await ask(new FakeViews(), 'GET /')).body;
    for (const { path } of endpoints) {
      match(help, new RegExp(`^ {2}${path}( \\(POST\\))?: `, 'm'));
      ok(path === '/' || home.includes(`>${path.slice(1)}<`), path);
    }
  });

  test('that change something are refused unless they are posted', async () => {
    const changing = endpoints.filter(({ changesState }) => changesState === true).map(({ path }) => path);
    ok(changing.includes('/quitquitquit') && changing.includes('/healthcheck/fail'));
    for (const path of changing) {
      const views = new FakeViews();
      const { status, body } = await ask(views, `GET ${path}`);
      deepEqual([status, body], [405, 'Method GET not allowed, POST required.']);
      deepEqual(views.done, []);
    }
  });

  test('that change nothing answer to any method', async () => {
    equal((await ask(new FakeViews(), 'PUT /ready')).body, 'LIVE\n');
  });

  test('that do not exist are answered with the table', async () => {
    for (const path of ['/nope', '/ready/', '/readyx', '/stats/']) {
      const { status, body } = await ask(new FakeViews(), `GET ${path}`);
      equal(status, 404);
      match(body, /^invalid path\. admin commands are:\n {2}\/: Admin home page\n/);
    }
  });

  test('are found through repeated slashes and dot segments', async () => {
    for (const path of ['//ready', '/./ready', '/stats/../ready'])
      equal((await ask(new FakeViews(), `GET ${path}`)).status, 200);
  });

  test('may be forbidden, by the path with its query', async () => {
    const mayAsk = (target: string): boolean => target === '/ready';
    equal((await ask(new FakeViews(), 'GET /ready', mayAsk)).status, 200);
    const { status, body } = await ask(new FakeViews(), 'GET /ready?x', mayAsk);
    deepEqual([status, body], [403, 'request to path /ready?x not allowed']);
  });

  test('greet people with a page that may run its own script alone, and scripts with the table', async () => {
    const { contentType, headers, body } = await ask(new FakeViews(), 'GET /');
    equal(contentType, 'text/html; charset=UTF-8');
    match(
      headers['content-security-policy'] ?? '',
      /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src/,
    );
    ok(!/(?:src|href)='?(?:https?:)?\/\//.test(body), 'nothing comes from elsewhere');
    const plain = await ask(new FakeViews(), 'GET /', undefined, 'text/plain');
    equal(plain.body, (await ask(new FakeViews(), 'GET /help')).body);
  });

  test('escape what they put into HTML', async () => {
    const home = (await ask(new FakeViews(), 'GET /')).body;
    match(home, /&lt;logger_name1&gt;/);
    ok(!home.includes('<logger_name1>'));
  });
});

describe('/ready', () => {
  test('is 200 only while the server is live', async () => {
    for (const state of ['LIVE', 'DRAINING', 'PRE_INITIALIZING', 'INITIALIZING'] as const) {
      const views = new FakeViews();
      views.state = state;
      const { status, body } = await ask(views, 'GET /ready');
      deepEqual([status, body], [state === 'LIVE' ? 200 : 503, `${state}\n`]);
    }
  });
});

describe('/server_info', () => {
  test('tells version, state, whole seconds of uptime, options and the node', async () => {
    const { contentType, body } = await ask(new FakeViews(), 'GET /server_info');
    equal(contentType, 'application/json');
    const info: unknown = JSON.parse(body);
    deepEqual(info, {
      version: 'sluice/1.2.3/Clean/RELEASE/test',
      state: 'LIVE',
      uptime_current_epoch: '61s',
      uptime_all_epochs: '61s',
      hot_restart_version: 'disabled',
      command_line_options: { concurrency: 2, log_level: 'info' },
      node: {
        id: 'n1',
        cluster: 'c1',
        user_agent_name: 'sluice',
        extensions: [
          {
            name: 'envoy.filters.http.router',
            category: 'envoy.filters.http',
            type_descriptor: '',
            disabled: false,
            type_urls: ['a.Router'],
          },
        ],
        client_features: [],
        listening_addresses: [],
        dynamic_parameters: {},
      },
      hot_restart_initializing: false,
    });
  });
});

describe('/init_dump', () => {
  test('names what start-up waits for, all of it or one part', async () => {
    const views = new FakeViews();
    equal((await ask(views, 'GET /init_dump')).body, '{}\n');
    views.waiting = [
      { manager: 'clusters', targets: ['a', 'b'] },
      { manager: 'listeners', targets: ['l'] },
    ];
    const { body } = await ask(views, 'GET /init_dump');
    deepEqual(JSON.parse(body), {
      unready_targets_dumps: [
        { name: 'clusters', target_names: ['a', 'b'] },
        { name: 'listeners', target_names: ['l'] },
      ],
    });
    const masked = await ask(views, 'GET /init_dump?mask=listeners');
    deepEqual(JSON.parse(masked.body), {
      unready_targets_dumps: [{ name: 'listeners', target_names: ['l'] }],
    });
  });
});

describe('/memory', () => {
  test('adds up the heaps of all threads and lists those of the workers', async () => {
    const { body } = await ask(new FakeViews(), 'GET /memory');
    deepEqual(JSON.parse(body), {
      allocated: '165',
      heap_size: '275',
      pageheap_unmapped: '0',
      pageheap_free: '110',
      total_thread_cache: '0',
      total_physical_bytes: '1000',
      workers: [{ worker: 'worker_0', heap_used: '10', heap_total: '20', external: '5', array_buffers: '1' }],
    });
  });
});

describe('operations', () => {
  test('answer OK when they are done', async () => {
    const views = new FakeViews();
    for (const path of ['/healthcheck/fail', '/healthcheck/ok', '/reset_counters', '/reopen_logs']) {
      equal((await ask(views, `POST ${path}`)).body, 'OK\n');
    }
    deepEqual(views.done, ['fail', 'ok', 'reset', 'reopen']);
  });

  test('let the answer to /quitquitquit out before the process ends', async () => {
    const views = new FakeViews();
    const { body, afterwards } = await ask(views, 'POST /quitquitquit');
    equal(body, 'OK\n');
    deepEqual(views.done, []);
    afterwards?.();
    deepEqual(views.done, ['quit']);
  });

  test('drain listeners as the query says', async () => {
    const views = new FakeViews();
    await ask(views, 'POST /drain_listeners');
    await ask(views, 'POST /drain_listeners?inboundonly&graceful');
    await ask(views, 'POST /drain_listeners?skip_exit');
    deepEqual(views.drains, [
      { isInboundOnly: false, isGraceful: false, keepsListening: false },
      { isInboundOnly: true, isGraceful: true, keepsListening: false },
      { isInboundOnly: false, isGraceful: false, keepsListening: true },
    ]);
  });
});
