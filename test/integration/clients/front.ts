import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import { type RunningProxy, startProxy } from '../../support/proxy.js';
import { ringBootstrap } from '../../support/ring-bootstrap.js';

/** A text that compresses well. */
export const longText = 'the same words again and again\n'.repeat(4000);

/** What a browser runs: it reports what it saw. */
const page = `<!doctype html><title>page</title><script>
const seen = {};
const show = () => fetch('/seen', { method: 'POST', body: JSON.stringify(seen) });
(async () => {
  const text = await fetch('/text');
  seen.encoded = text.headers.get('content-encoding') ?? 'readable';
  seen.length = (await text.text()).length;
  const echo = await fetch('/echo', { method: 'POST', body: 'x'.repeat(100000) });
  seen.echo = (await echo.text()).length;
  seen.early = (await fetch('/early', { method: 'POST', body: 'y'.repeat(1000) })).status;
  const socket = new WebSocket('ws://' + location.host + '/ws');
  socket.onopen = () => socket.send('from the page');
  socket.onmessage = (event) => { seen.socket = event.data; socket.close(1000); };
  socket.onclose = (event) => { seen.closed = event.code; show(); };
})();
</script>`;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '/';
  if (path === '/page') response.setHeader('content-type', 'text/html').end(page);
  else if (path === '/text') response.setHeader('content-type', 'text/plain').end(longText);
  else if (path === '/echo') request.pipe(response);
  else if (path === '/early') response.writeHead(413, { 'content-length': 5 }).end('early');
  else if (path === '/hints') {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.end('hinted');
  } else if (path === '/trailers') {
    response.writeHead(200, { trailer: 'x-sum' });
    response.write('with trailers');
    response.addTrailers({ 'x-sum': '13' });
    response.end();
  } else response.end('ok');
}

/** The proxy, and what a browser's page has told its origin. */
export type Front = RunningProxy & { readonly seen: Promise<string> };

/** An origin with something for every client, behind a proxy that compresses, upgrades and passes trailers. */
export async function startFront(t: TestContext): Promise<Front> {
  const server = createServer(answer);
  const seen = new Promise<string>((resolve) => {
    server.on('request', (request: IncomingMessage) => {
      if (request.url === '/seen') void text(request).then(resolve);
    });
  });
  server.on('checkContinue', (request, response) => {
    response.writeContinue();
    answer(request, response);
  });
  const sockets = new WebSocketServer({ server, path: '/ws', maxPayload: 64 * 1024 * 1024 });
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    sockets.close();
    server.closeAllConnections();
    server.close();
  });
  const gzip =
    '{ name: gzip, typed_config: { "@type": type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip } }';
  const compressor = `{ name: compressor, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor, compressor_library: ${gzip} } }`;
  const bootstrap = ringBootstrap({
    origin: (server.address() as AddressInfo).port,
    manager:
      'upgrade_configs: [{ upgrade_type: websocket }]\n          proxy_100_continue: true\n          http_protocol_options: { enable_trailers: true }',
    cluster:
      'typed_extension_protocol_options: { envoy.extensions.upstreams.http.v3.HttpProtocolOptions: { "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, explicit_http_config: { http_protocol_options: { enable_trailers: true } } } }',
  }).replace('http_filters: [', `http_filters: [${compressor}, `);
  const proxy = await startProxy(t, bootstrap);
  return Object.assign(proxy, { seen });
}
