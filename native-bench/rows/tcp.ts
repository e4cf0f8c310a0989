import type { Configs, Row } from '../contracts.js';
import { wrk } from '../load-wrk.js';
import { envoyTcp } from '../peers/envoy-yaml.js';
import { haproxyTcp } from '../peers/haproxy.js';
import { nginxTcp } from '../peers/nginx.js';

/** A TCP proxy; the HTTP in it is the load's and the origin's affair. */
const forwarding: Configs = {
  sluice: envoyTcp(),
  envoy: envoyTcp(),
  nginx: nginxTcp(),
  haproxy: haproxyTcp(),
};

const small = wrk({ connections: 64, path: '/small' });

/** Every row of the TCP proxy, with the goals of the design. */
export const tcpRows: readonly Row[] = [
  {
    kind: 'cpu',
    name: 'tcp-small',
    title: 'TCP proxy, small round trips',
    load: small,
    configs: forwarding,
    goals: { envoy: 0.9, haproxy: 1.15 },
  },
  {
    kind: 'cpu',
    name: 'tcp-1m',
    title: 'TCP proxy, 1 MB round trips',
    load: wrk({ connections: 64, path: '/1m' }),
    configs: forwarding,
    goals: { envoy: 1.3, haproxy: 0.7 },
  },
  {
    kind: 'cpu',
    name: 'tcp-new-connection',
    title: 'TCP proxy, a connection per round trip',
    load: wrk({ connections: 64, path: '/small', isNewConnection: true }),
    configs: forwarding,
    goals: { envoy: 1.4, haproxy: 1.8 },
  },
  {
    kind: 'memory',
    name: 'tcp-idle-memory',
    title: 'Memory of an idle connection through the TCP proxy, of 8,000',
    opens: 'http1-connections',
    count: 5333,
    path: '/small',
    load: small,
    configs: forwarding,
    limitBytes: 8192,
  },
];
