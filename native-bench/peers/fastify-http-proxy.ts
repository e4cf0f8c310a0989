import proxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { readPorts } from './ports-file.js';

/** Fastify's proxy plugin as its documentation shows it: undici towards the origin, no logger. */
const { port, originPort } = readPorts();
const app = fastify({ logger: false });
await app.register(proxy, {
  upstream: `http://127.0.0.1:${originPort}`,
  undici: { connections: 256, pipelining: 1 },
});
await app.listen({ port, host: '127.0.0.1' });
