import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';
import { readPorts } from './ports-file.js';

/** http-proxy with kept upstream connections; without an agent it would open one per request. */
const { port, originPort } = readPorts();
const proxy = httpProxy.createProxyServer({
  target: { host: '127.0.0.1', port: originPort },
  agent: new Agent({ keepAlive: true, maxSockets: 256 }),
});
proxy.on('error', (_error, _request, response) => response.destroy());
createServer({ keepAliveTimeout: 600_000 }, (request, response) => proxy.web(request, response)).listen(
  port,
  '127.0.0.1',
);
