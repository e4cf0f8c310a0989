import type { Configs, Row } from '../contracts.js';
import { wrk } from '../load-wrk.js';
import { envoyHttp } from '../peers/envoy-yaml.js';
import { haproxyHttp } from '../peers/haproxy.js';
import { nginxHttp } from '../peers/nginx.js';

/** A proxy that ends TLS and talks clear text to the origin. */
const terminating: Configs = {
  sluice: envoyHttp({ tls: true }),
  envoy: envoyHttp({ tls: true }),
  nginx: nginxHttp({ tls: true }),
  haproxy: haproxyHttp({ tls: true }),
};

/** Every row of TLS towards clients, with the goals of the design. */
export const tlsRows: readonly Row[] = [
  {
    kind: 'cpu',
    name: 'tls',
    title: 'TLS, HTTP/1.1, 64 B body',
    load: wrk({ connections: 64, path: '/small', isTls: true }),
    configs: terminating,
    goals: { envoy: 0.65, nginx: 1.2, haproxy: 1.2 },
  },
  {
    kind: 'cpu',
    name: 'tls-handshakes',
    title: 'TLS, a full handshake per request (P-256)',
    load: wrk({ connections: 16, path: '/small', isTls: true, isNewConnection: true }),
    configs: terminating,
    goals: { envoy: 2.7, nginx: 1.8, haproxy: 1.6 },
  },
];
