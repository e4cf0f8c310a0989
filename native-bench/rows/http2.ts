import type { Configs, Row } from '../contracts.js';
import { h2load } from '../load-h2load.js';
import { plainHttp } from './http1-configs.js';

/** Peers that recognise HTTP/2 on the port that also speaks HTTP/1; nginx does not. */
function http2Capable(): Configs {
  const { sluice, envoy, haproxy, nghttpx } = plainHttp;
  return {
    ...(sluice && { sluice }),
    ...(envoy && { envoy }),
    ...(haproxy && { haproxy }),
    ...(nghttpx && { nghttpx }),
  };
}

/** Every row of HTTP/2 towards HTTP/1.1, with the goals of the design. */
export const http2Rows: readonly Row[] = [
  {
    kind: 'cpu',
    name: 'http2-10-streams',
    title: 'HTTP/2 to HTTP/1.1, 10 streams a connection',
    load: h2load({ connections: 16, streams: 10, path: '/small' }),
    configs: http2Capable(),
    goals: { envoy: 0.45, haproxy: 1.1, nghttpx: 1.0 },
  },
  {
    kind: 'cpu',
    name: 'http2-1-stream',
    title: 'HTTP/2 to HTTP/1.1, one stream a connection',
    load: h2load({ connections: 64, streams: 1, path: '/small' }),
    configs: http2Capable(),
    goals: { envoy: 0.5, haproxy: 1.1, nghttpx: 1.0 },
  },
];
