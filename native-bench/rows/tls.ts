import type { Configs, Row } from '../contracts.js';
import { wrk } from '../load-wrk.js';
import { envoyHttp } from '../peers/envoy-yaml.js';
import { haproxyHttp } from '../peers/haproxy.js';
import { nginxHttp } from '../peers/nginx.js';

/** A proxy that ends TLS and talks clear text to the origin. */
function terminating(tls: 'resumable' | 'full'): Configs {
  return {
    sluice: envoyHttp({ tls }),
    envoy: envoyHttp({ tls }),
    nginx: nginxHttp({ tls }),
    haproxy: haproxyHttp({ tls }),
  };
}

/** Every row of TLS towards clients, with the goals of the design. */
export const tlsRows: readonly Row[] = [
  {
    kind: 'cpu',
    name: 'tls',
    title: 'TLS, HTTP/1.1, 64 B body',
    load: wrk({ connections: 64, path: '/small', isTls: true }),
    configs: terminating('resumable'),
    goals: { envoy: 0.65, nginx: 1.2, haproxy: 1.2 },
  },
  {
    kind: 'cpu',
    name: 'tls-handshakes',
    title: 'TLS, a full handshake per request (P-256)',
    load: wrk({ connections: 16, path: '/small', isTls: true, isNewConnection: true }),
    configs: terminating('full'),
    goals: { envoy: 2.7, nginx: 1.8, haproxy: 1.6 },
  },
  {
    kind: 'cpu',
    name: 'tls-resumed',
    title: 'TLS, a resumed session per request (wrk comes back with the ticket of its last visit)',
    load: wrk({ connections: 16, path: '/small', isTls: true, isNewConnection: true }),
    configs: terminating('resumable'),
    goals: {},
  },
];
