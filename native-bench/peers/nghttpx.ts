import type { ConfigGenerator, Peer } from '../contracts.js';
import type { HttpOptions } from './envoy-yaml.js';
import { findByVersion } from './find-command.js';

export const nghttpx: Peer = {
  name: 'nghttpx',
  find: () => findByVersion('nghttpx', ['--version'], /nghttp2\/([\d.]+)/, 'apt-get install nghttp2-proxy'),
  start: (configFile) => ({ command: 'nghttpx', args: [`--conf=${configFile}`] }),
};

export function nghttpxHttp(options: Pick<HttpOptions, 'http2Origin'> = {}): ConfigGenerator {
  return (places) => `frontend=127.0.0.1,${places.port};no-tls
backend=127.0.0.1,${places.originPort}${options.http2Origin === true ? ';;proto=h2' : ''}
workers=${places.workers}
single-process=yes
backlog=4096
frontend-keep-alive-timeout=600s
accesslog-file=/dev/null
log-level=ERROR
`;
}
