import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { hasPrometheusClient, prometheusSamples } from '../support/prometheus-reader.js';
import { fetchFrom, mainPath, type RunningProxy, startOrigin, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';
import { parseExposition } from '../unit/stats/render/exposition.js';

const runtime =
  'layered_runtime: { layers: [{ name: base, static_layer: { a: 1 } }, { name: adm, admin_layer: {} }] }';

async function proxyWith(
  t: TestContext,
  parts: Omit<Parameters<typeof ringBootstrap>[0], 'origin'> = {},
  args: readonly string[] = [],
): Promise<RunningProxy> {
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  return startProxy(t, ringBootstrap({ origin: origin.port, ...parts }), args);
}

async function adminStatus(proxy: RunningProxy, path: string, method = 'GET'): Promise<number> {
  return (await fetchFrom(proxy.adminPort, path, { method })).status;
}

describe('the admin server', () => {
  test('tells its address in the log and in the file that was asked for', async (t) => {
    const proxy = await proxyWith(t, {}, ['--admin-address-path', 'admin.txt']);
    equal(readFileSync(join(proxy.folder, 'admin.txt'), 'utf8'), `127.0.0.1:${proxy.adminPort}`);
  });

  test('answers with the headers of Envoy', async (t) => {
    const proxy = await proxyWith(t);
    const { status, headers, body } = await fetchFrom(proxy.adminPort, '/ready', {});
    deepEqual([status, body], [200, 'LIVE\n']);
    equal(headers['content-type'], 'text/plain; charset=UTF-8');
    equal(headers['cache-control'], 'no-cache, max-age=0');
    equal(headers['x-content-type-options'], 'nosniff');
  });

  test('answers HEAD without a body', async (t) => {
    const proxy = await proxyWith(t);
    const { status, body } = await fetchFrom(proxy.adminPort, '/help', { method: 'HEAD' });
    deepEqual([status, body], [200, '']);
  });

  test('says that the proxy is not ready while a cluster waits for its hosts', async (t) => {
    // The health check of the only host is never answered, and listeners are not bound before it is.
    const origin = await startOrigin(t, () => undefined);
    const check =
      'health_checks: [{ timeout: 60s, interval: 60s, unhealthy_threshold: 1, healthy_threshold: 1, http_health_check: { path: / } }]';
    const child = spawn(
      process.execPath,
      [
        mainPath,
        '--config-yaml',
        ringBootstrap({ origin: origin.port, cluster: check }),
        '--concurrency',
        '1',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    t.after(() => void child.kill('SIGKILL'));
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    await eventually(() => /admin listens on \S*:(\d+)/.test(log) || child.exitCode !== null);
    const port = Number(/admin listens on \S*:(\d+)/.exec(log)?.[1]);
    const { status, body } = await fetchFrom(port, '/ready', {});
    deepEqual([status, body], [503, 'PRE_INITIALIZING\n'], log);
    const dump = (await fetchFrom(port, '/init_dump?mask=clusters', {})).body;
    deepEqual(JSON.parse(dump), { unready_targets_dumps: [{ name: 'clusters', target_names: ['origin'] }] });
  });

  test('that cannot bind ends the process and says why', async (t) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    t.after(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const yaml = `admin: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } }`;
    const child = spawn(process.execPath, [mainPath, '--config-yaml', yaml, '--concurrency', '1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    for await (const text of child.stderr.setEncoding('utf8')) log += String(text);
    match(log, new RegExp(`admin: cannot bind '127\\.0\\.0\\.1:${port}': Address already in use`));
    equal(child.exitCode ?? 1, 1);
  });

  test('listens on a Unix socket', async (t) => {
    const yaml = ringBootstrap({ origin: 1 }).replace(
      /^admin:.*$/m,
      'admin: { address: { pipe: { path: admin.sock } } }',
    );
    const proxy = await startProxy(t, yaml);
    match(proxy.log, /admin listens on admin\.sock\n/);
    const body = await new Promise<string>((resolve, reject) => {
      const socketPath = join(proxy.folder, 'admin.sock');
      const get = request({ socketPath, path: '/ready' }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve(text));
      });
      get.on('error', reject).end();
    });
    equal(body, 'LIVE\n');
  });

  test('answers no path that allow_paths leaves out', async (t) => {
    const yaml = ringBootstrap({ origin: 1 }).replace(
      'admin: {',
      'admin: { allow_paths: [{ exact: /ready }],',
    );
    const proxy = await startProxy(t, yaml);
    equal(await proxy.admin('/ready'), 'LIVE\n');
    equal(await proxy.admin('/stats'), 'request to path /stats not allowed');
  });
});

describe('stats pages', () => {
  test('count what the workers did, and reset', async (t) => {
    const proxy = await proxyWith(t);
    for (let i = 0; i < 4; i++) await proxy.fetch('/');
    equal(await proxy.stat('http.ingress.downstream_rq_total'), 4);
    equal(await proxy.stat('cluster.origin.upstream_rq_200'), 4);
    equal(await proxy.admin('/reset_counters', 'POST'), 'OK\n');
    equal(await proxy.stat('http.ingress.downstream_rq_total'), 0);
    await proxy.fetch('/');
    equal(await proxy.stat('http.ingress.downstream_rq_total'), 1);
  });

  test('list what nobody has written yet', async (t) => {
    const proxy = await proxyWith(t);
    const page = await proxy.admin('/stats');
    match(page, /^cluster\.origin\.upstream_rq_retry: 0$/m);
    match(page, /^http\.ingress\.downstream_rq_5xx: 0$/m);
    match(page, /^listener\.127\.0\.0\.1_0\.worker_1\.downstream_cx_total: 0$/m);
    match(page, /^cluster\.origin\.circuit_breakers\.high\.rq_open: 0$/m);
    match(page, /^server\.concurrency: 2$/m);
  });

  test('in the Prometheus format are strictly formed', async (t) => {
    const proxy = await proxyWith(t);
    await proxy.fetch('/');
    for (const query of ['', '?histogram_buckets=summary', '?usedonly&text_readouts']) {
      const samples = parseExposition(await proxy.admin(`/stats/prometheus${query}`));
      ok(samples.some(({ name }) => name === 'envoy_cluster_upstream_rq_total'));
    }
  });

  test('in the Prometheus format are read by its own client', {
    skip: !hasPrometheusClient && 'the Python package prometheus_client is not here',
  }, async (t) => {
    const proxy = await proxyWith(t);
    await proxy.fetch('/');
    const samples = prometheusSamples(await proxy.admin('/stats/prometheus'));
    const requests = samples.filter((line) => /^counter envoy_cluster_upstream_rq_total 1(\.0)?$/.test(line));
    ok(requests.length > 0, samples.join('\n'));
    ok(samples.some((line) => line.startsWith('histogram envoy_http_downstream_rq_time_bucket ')));
  });
});

describe('operators', () => {
  test('change runtime in main and in every worker', async (t) => {
    const manager =
      'access_log: [{ name: f, filter: { runtime_filter: { runtime_key: log } }, typed_config: { "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: access.log, log_format: { text_format_source: { inline_string: "x\\n" } } } }]';
    const proxy = await proxyWith(t, { top: runtime, manager }, ['--file-flush-interval-msec', '5']);
    for (let i = 0; i < 4; i++) await proxy.fetch('/');
    equal(await proxy.admin('/runtime_modify?log=100&a=2', 'POST'), 'OK\n');
    const { entries } = JSON.parse(await proxy.admin('/runtime')) as { entries: { [key: string]: object } };
    deepEqual(entries['a'], { final_value: '2', layer_values: ['1', '2'] });
    for (let i = 0; i < 4; i++) await proxy.fetch('/');
    const lines = (): number => readFileSync(join(proxy.folder, 'access.log'), 'utf8').length / 2;
    await eventually(() => lines() >= 4);
    equal(lines(), 4);
  });

  test('send runtime values as a form', async (t) => {
    const proxy = await proxyWith(t, { top: runtime });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetchFrom(proxy.adminPort, '/runtime_modify', {
      method: 'POST',
      headers,
      body: 'a=9&b=%20',
    });
    equal(answer.body, 'OK\n');
    const { entries } = JSON.parse(await proxy.admin('/runtime')) as { entries: { [key: string]: object } };
    deepEqual(entries, {
      a: { final_value: '9', layer_values: ['1', '9'] },
      b: { final_value: ' ', layer_values: ['', ' '] },
    });
  });

  test('fail health checks and take that back', async (t) => {
    const proxy = await proxyWith(t);
    equal(await proxy.admin('/healthcheck/fail', 'POST'), 'OK\n');
    const { status, body } = await fetchFrom(proxy.adminPort, '/ready', {});
    deepEqual([status, body], [503, 'DRAINING\n']);
    equal(await proxy.stat('server.live'), 0);
    equal((await proxy.fetch('/')).headers['connection'], 'close');
    equal(await proxy.admin('/healthcheck/ok', 'POST'), 'OK\n');
    equal(await adminStatus(proxy, '/ready'), 200);
    equal(await proxy.stat('server.live'), 1);
  });

  test('stop listeners, and the process lives on', async (t) => {
    const proxy = await proxyWith(t, { listener: 'traffic_direction: OUTBOUND' });
    equal(await proxy.admin('/drain_listeners?inboundonly', 'POST'), 'OK\n');
    equal((await proxy.fetch('/')).status, 200);
    equal(await proxy.admin('/drain_listeners', 'POST'), 'OK\n');
    await rejects(proxy.fetch('/'), /ECONNREFUSED/);
    equal(await proxy.stat('listener_manager.listener_stopped'), 1);
    equal(await adminStatus(proxy, '/ready'), 200);
  });

  test('change the log level of main and the workers', async (t) => {
    const proxy = await proxyWith(t);
    const text = await proxy.admin('/logging?level=error', 'POST');
    match(text, /^active loggers:\n(?: {2}\w+: error\n)+\n$/);
    equal(await proxy.admin('/logging', 'POST'), text);
  });

  test('see the memory of every worker', async (t) => {
    const proxy = await proxyWith(t);
    const { workers } = JSON.parse(await proxy.admin('/memory')) as { workers: { worker: string }[] };
    deepEqual(
      workers.map(({ worker }) => worker),
      ['worker_0', 'worker_1'],
    );
  });

  test('see listeners and clusters with the ports in use', async (t) => {
    const proxy = await proxyWith(t);
    equal(await proxy.admin('/listeners'), `main::127.0.0.1:${proxy.port()}\n`);
    await proxy.fetch('/');
    match(await proxy.admin('/clusters'), /^origin::127\.0\.0\.1:\d+::rq_success::1$/m);
  });

  test('see the configuration that was loaded', async (t) => {
    const proxy = await proxyWith(t);
    const dump = JSON.parse(await proxy.admin('/config_dump?mask=static_clusters')) as {
      configs: { static_clusters: { cluster: { name: string } }[] }[];
    };
    deepEqual(
      dump.configs.flatMap((config) => config.static_clusters.map(({ cluster }) => cluster.name)),
      ['origin'],
    );
  });

  test('end the process', async (t) => {
    const proxy = await proxyWith(t);
    equal(await proxy.admin('/quitquitquit', 'POST'), 'OK\n');
    equal(await proxy.exit(), 0);
  });
});
