import { autocannonSuite } from './autocannon-suite.js';
import { browserHeaders } from './browser-headers.js';
import { newConnectionSuite } from './new-connection-suite.js';
import { slowMs } from './origin-paths.js';
import { routeCount, type Suite } from './suite.js';
import { websocketSuite } from './websocket-suite.js';

/** The suites in the order they run. */
export const suites: readonly Suite[] = [
  autocannonSuite({
    name: 'small',
    title: 'Small',
    describe: 'GET, 64 B body',
    connections: 64,
    path: '/small',
  }),
  autocannonSuite({
    name: 'browser-headers',
    title: 'Browser headers',
    describe: 'GET with 12 browser headers, 64 B body',
    connections: 64,
    path: '/small',
    headers: Object.fromEntries(browserHeaders),
  }),
  autocannonSuite({
    name: 'body-100k',
    title: '100 KB body',
    describe: 'GET, 100 KB body',
    connections: 32,
    path: '/100k',
  }),
  autocannonSuite({
    name: 'body-1m',
    title: '1 MB body',
    describe: 'GET, 1 MB body',
    connections: 16,
    path: '/1m',
  }),
  autocannonSuite({
    name: 'uploads',
    title: 'Uploads',
    describe: 'POST, 100 KB body',
    connections: 32,
    path: '/upload',
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.alloc(102_400, 'x'),
  }),
  newConnectionSuite,
  websocketSuite,
  autocannonSuite({
    name: 'many-routes',
    title: 'Many routes',
    describe: `GET, the last of ${routeCount} prefix routes`,
    connections: 64,
    path: `/tenant-${routeCount - 1}/small`,
    port: (target) => target.manyRoutesPort,
  }),
  autocannonSuite({
    name: 'slow-upstream',
    title: 'Slow upstream',
    describe: `GET, answered after ${slowMs} ms`,
    connections: 500,
    path: '/slow',
  }),
];
