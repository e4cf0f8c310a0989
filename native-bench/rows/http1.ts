import { browserHeaders } from '../../bench/load/browser-headers.js';
import type { Row } from '../contracts.js';
import { wrk } from '../load-wrk.js';
import { envoyHttp } from '../peers/envoy-yaml.js';
import { bodyHttp, loggingHttp, luaHttp, plainHttp, stampHttp } from './http1-configs.js';

const small = wrk({ connections: 64, path: '/small' });

/** Every row of HTTP/1.1 towards HTTP/1.1, with the goals of the design. */
export const http1Rows: readonly Row[] = [
  {
    kind: 'cpu',
    name: 'small',
    title: 'HTTP/1.1, 64 B body',
    load: small,
    configs: plainHttp,
    goals: { envoy: 0.6, nginx: 1.15, haproxy: 1.1, nghttpx: 0.95 },
  },
  {
    kind: 'cpu',
    name: 'browser-headers',
    title: 'HTTP/1.1, 12 browser headers',
    load: wrk({
      connections: 64,
      path: '/small',
      headers: browserHeaders.map(([name, value]) => `${name}: ${value}`),
    }),
    configs: plainHttp,
    goals: { envoy: 0.5, nginx: 1.15, haproxy: 1.1, nghttpx: 0.95 },
  },
  {
    kind: 'cpu',
    name: 'access-log',
    title: 'HTTP/1.1, file access log',
    load: small,
    configs: loggingHttp,
    goals: { envoy: 0.65, nginx: 1.2 },
  },
  {
    kind: 'cpu',
    name: 'body-100k',
    title: 'HTTP/1.1, 100 KB body',
    load: wrk({ connections: 64, path: '/100k' }),
    configs: bodyHttp,
    goals: {},
  },
  {
    kind: 'cpu',
    name: 'body-1m',
    title: 'HTTP/1.1, 1 MB body',
    load: wrk({ connections: 64, path: '/1m' }),
    configs: bodyHttp,
    goals: { envoy: 1.1, nginx: 0.9, haproxy: 1.05 },
  },
  {
    kind: 'cpu',
    name: 'new-connection',
    title: 'HTTP/1.1, new connection per request',
    load: wrk({ connections: 64, path: '/small', isNewConnection: true }),
    configs: plainHttp,
    goals: {},
  },
  {
    kind: 'extra-cost',
    name: 'filter',
    title: 'What a header filter adds (TypeScript, Lua)',
    load: small,
    without: { sluice: envoyHttp(), envoy: envoyHttp() },
    with: { sluice: envoyHttp(stampHttp), envoy: envoyHttp(luaHttp) },
    limitMicros: 1,
    goals: { envoy: 0.25 },
  },
  {
    kind: 'workers',
    name: 'two-workers',
    title: 'Two workers against one',
    load: wrk({ connections: 128, path: '/small' }),
    configs: { sluice: envoyHttp(), envoy: envoyHttp() },
    goal: 1.8,
  },
  {
    kind: 'memory',
    name: 'idle-memory',
    title: 'Memory of an idle connection',
    opens: 'http1-connections',
    count: 5000,
    path: '/small',
    load: small,
    configs: plainHttp,
    limitBytes: 8192,
  },
  {
    kind: 'latency',
    name: 'latency',
    title: 'Latency at a fixed rate',
    load: small,
    path: '/small',
    connections: 64,
    shares: [0.2, 0.5],
    configs: { sluice: envoyHttp(), envoy: envoyHttp() },
  },
];
