import { deepEqual } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../../support/eventually.js';
import { startProxy } from '../../support/proxy.js';
import { ringBootstrap } from '../../support/ring-bootstrap.js';
import { startEchoService } from './echo-service.js';

const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
];

/** Calls the service as gRPC-Web, binary and text, and tells what it saw with a last call. */
const page = `<!doctype html><title>page</title><script>
const call = async (method, type, body, headers = {}) => {
  const answer = await fetch('/test.Echo/' + method, {
    method: 'POST',
    body,
    headers: { 'content-type': type, accept: type, 'x-grpc-web': '1', ...headers },
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { type: answer.headers.get('content-type'), status: answer.headers.get('grpc-status'), bytes };
};
const text = (bytes) => String.fromCharCode(...bytes);
(async () => {
  const framed = Uint8Array.of(0, 0, 0, 0, 2, 104, 105);
  const binary = await call('Unary', 'application/grpc-web+proto', framed);
  const base64 = await call('Unary', 'application/grpc-web-text', btoa(text(framed)));
  const missing = await call('Nothing', 'application/grpc-web+proto', framed);
  const seen = [binary.type, text(binary.bytes.slice(0, 7)), binary.bytes[7], text(binary.bytes.slice(12)).includes('grpc-status:0'),
    base64.type, text(base64.bytes).startsWith(btoa(text(framed))), missing.status];
  await call('Unary', 'application/grpc-web+proto', framed, { 'x-text': JSON.stringify(seen) });
})();
</script>`;

const pageRoute = JSON.stringify({
  match: { path: '/page' },
  direct_response: { status: 200, body: { inline_string: page } },
  response_headers_to_add: [
    { header: { key: 'content-type', value: 'text/html' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
  ],
});
const web =
  '{ name: web, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb } }';

test('a browser calls a gRPC service, in binary and in text', {
  timeout: 60_000,
  skip: spawnSync('chromium', ['--version']).status === 0 ? false : 'chromium is not installed',
}, async (t) => {
  const { port, log } = await startEchoService(t);
  const text = ringBootstrap({ origin: port, cluster: 'http2_protocol_options: {}' })
    .replace('http_filters: [', () => `http_filters: [${web}, `)
    .replace('routes: [', () => `routes: [${pageRoute}, `);
  const proxy = await startProxy(t, text);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-browser-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const url = `http://127.0.0.1:${proxy.port()}/page`;
  const child = spawn('chromium', [...flags, `--user-data-dir=${folder}`, url], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  const told = (): string => log.metadata.flatMap((metadata) => metadata.get('x-text')).join('');
  await eventually(() => told() !== '');
  child.kill('SIGKILL');
  await once(child, 'exit');
  deepEqual(JSON.parse(told()), [
    'application/grpc-web+proto',
    '\0\0\0\0\x02hi',
    128,
    true,
    'application/grpc-web-text+proto',
    true,
    '12',
  ]);
});
