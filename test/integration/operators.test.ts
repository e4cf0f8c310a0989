import { deepEqual, equal, match } from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { startOrigin, startProxy } from '../support/proxy.js';
import { ringBootstrap } from '../support/ring-bootstrap.js';

test('a runtime layer on disk is read anew when its link is replaced, and workers obey', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'runtime-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [version, percent] of [
    ['v1', '0'],
    ['v2', '100'],
  ] as const) {
    mkdirSync(join(root, version, 'upstream', 'maintenance_mode'), { recursive: true });
    writeFileSync(join(root, version, 'upstream', 'maintenance_mode', 'origin'), `${percent}\n`);
  }
  symlinkSync('v1', join(root, 'current'));
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const layers = `layered_runtime: { layers: [{ name: disk, disk_layer: { symlink_root: ${root}/current } }] }`;
  const proxy = await startProxy(t, ringBootstrap({ origin: origin.port, top: layers }));
  equal((await proxy.fetch('/')).status, 200);
  symlinkSync('v2', join(root, 'next'));
  renameSync(join(root, 'next'), join(root, 'current'));
  await eventually(async () => (await proxy.fetch('/')).status === 503);
  const { entries } = JSON.parse(await proxy.admin('/runtime')) as { entries: object };
  deepEqual(entries, { 'upstream.maintenance_mode.origin': { final_value: '100', layer_values: ['100'] } });
});

test('the admin server writes an access log of its own', async (t) => {
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const format =
    '%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL% %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %BYTES_SENT%';
  const admin = `admin:
  address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
  access_log:
  - name: file
    typed_config:
      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
      path: admin.log
      log_format: { text_format_source: { inline_string: "${format}\\n" } }`;
  const plain = ringBootstrap({ origin: origin.port });
  const bootstrap = plain.replace(/^admin:.*$/m, admin);
  const proxy = await startProxy(t, bootstrap, ['--file-flush-interval-msec', '20']);
  const help = await proxy.admin('/help');
  await proxy.admin('/quitquitquit');
  const lines = (): string => readFileSync(join(proxy.folder, 'admin.log'), 'utf8');
  await eventually(() => lines().includes('/quitquitquit'));
  match(
    lines(),
    new RegExp(`^GET /help HTTP/1\\.1 200 admin_filter_response ${Buffer.byteLength(help)}$`, 'm'),
  );
  match(lines(), /^GET \/quitquitquit HTTP\/1\.1 405 admin_filter_response 38$/m);
});

test('an operator profiles the CPU of every thread into files', async (t) => {
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const bootstrap = ringBootstrap({ origin: origin.port }).replace(
    /^admin: \{/m,
    `admin: { profile_path: ${folder}/cpu,`,
  );
  const proxy = await startProxy(t, bootstrap);
  equal(await proxy.admin('/cpuprofiler?enable=y', 'POST'), 'OK\n');
  await proxy.fetch('/');
  equal(await proxy.admin('/cpuprofiler?enable=n', 'POST'), 'OK\n');
  const isProfile = (name: string): boolean => {
    try {
      return 'nodes' in (JSON.parse(readFileSync(join(folder, name), 'utf8')) as object);
    } catch {
      return false;
    }
  };
  await eventually(() => isProfile('cpu') && isProfile('cpu.worker_0'));
});
