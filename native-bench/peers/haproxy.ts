import type { ConfigGenerator, Peer } from '../contracts.js';
import type { HttpOptions } from './envoy-yaml.js';
import { findByVersion } from './find-command.js';
import { selfSigned } from './self-signed.js';

export const haproxy: Peer = {
  name: 'haproxy',
  find: () => findByVersion('haproxy', ['-v'], /version ([\d.]+)/, 'apt-get install haproxy'),
  start: (configFile) => ({ command: 'haproxy', args: ['-db', '-f', configFile] }),
};

/** A reverse proxy that shares upstream connections between clients; timeouts are those its manual begins with. */
export function haproxyHttp(options: Pick<HttpOptions, 'tls' | 'http2Origin'> = {}): ConfigGenerator {
  return (places) => `global
  nbthread ${places.workers}
  maxconn 9000${options.tls === 'full' ? '\n  tune.ssl.cachesize 0' : ''}
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  http-reuse always
frontend ingress
  bind 127.0.0.1:${places.port} backlog 4096${options.tls === undefined ? '' : tlsWords(places.folder, options.tls)}
  default_backend origin
backend origin
  server first 127.0.0.1:${places.originPort}${options.http2Origin === true ? ' proto h2' : ''}
`;
}

function tlsWords(folder: string, tls: 'resumable' | 'full'): string {
  return ` ssl crt ${selfSigned(folder).bundle}${tls === 'full' ? ' no-tls-tickets' : ''}`;
}

/** The same for a TCP proxy. */
export function haproxyTcp(): ConfigGenerator {
  return (places) => `global
  nbthread ${places.workers}
  maxconn 9000
defaults
  mode tcp
  timeout connect 5s
  timeout client 600s
  timeout server 600s
frontend ingress
  bind 127.0.0.1:${places.port} backlog 4096
  default_backend origin
backend origin
  server first 127.0.0.1:${places.originPort}
`;
}
