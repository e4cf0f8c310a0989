import type { ConfigGenerator, Peer } from '../contracts.js';
import type { HttpOptions } from './envoy-yaml.js';
import { findByVersion } from './find-command.js';
import { selfSigned } from './self-signed.js';

export const nginx: Peer = {
  name: 'nginx',
  find: () => findByVersion('nginx', ['-v'], /nginx\/([\d.]+)/, 'apt-get install nginx-light'),
  start: (configFile, places) => ({
    command: 'nginx',
    args: ['-e', 'stderr', '-p', places.folder, '-c', configFile],
  }),
};

/** The same nginx beside itself: with default buffers large bodies cost it three to six times as much. */
export const nginxLargeBuffers: Peer = { ...nginx, name: 'nginx-large-buffers' };

/** A server that is root gives its workers away, and they could not read the folder made here. */
const user = process.getuid?.() === 0 ? 'user root;' : '';

function globals(folder: string, workers: number): string {
  return `daemon off;
${user}
worker_processes ${workers};
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 19000; }`;
}

/** What a proxy and an origin have in common; one worker process a worker, everything temporary in the folder. */
export function nginxFile(folder: string, workers: number, http: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `${globals(folder, workers)}
http {
  ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
${http}
}
`;
}

function tlsLines(folder: string, tls: 'resumable' | 'full'): string {
  const { certificate, key } = selfSigned(folder);
  const sessions = tls === 'full' ? '\n    ssl_session_tickets off;\n    ssl_session_cache off;' : '';
  return `\n    ssl_certificate ${certificate};\n    ssl_certificate_key ${key};${sessions}`;
}

/** Its own 8 × 4 KB and 8 × 8 KB; or as much as the other proxies have. */
const largeBuffers = `
      proxy_buffer_size 32k;
      proxy_buffers 16 32k;
      proxy_busy_buffers_size 64k;`;

/**
 * A reverse proxy with a pool of kept upstream connections. Responses larger than its buffers wait in the origin
 * instead of in a file on disk: what is compared is the proxy, not the disk.
 */
export function nginxHttp(options: HttpOptions & { readonly largeBuffers?: boolean } = {}): ConfigGenerator {
  return (places) => {
    const log = options.accessLog === true ? `${places.folder}/access.log` : 'off';
    return nginxFile(
      places.folder,
      places.workers,
      `  access_log ${log};
  upstream origin {
    server 127.0.0.1:${places.originPort};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${places.port}${options.tls === undefined ? '' : ' ssl'} backlog=4096${places.workers > 1 ? ' reuseport' : ''};${options.tls === undefined ? '' : tlsLines(places.folder, options.tls)}
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_max_temp_file_size 0;${options.largeBuffers === true ? largeBuffers : ''}
    }
  }`,
    );
  };
}

/** Debian has it in a package of its own, `libnginx-mod-stream`. */
const streamModule = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** A TCP proxy. */
export function nginxTcp(): ConfigGenerator {
  return ({ folder, workers, originPort, port }) => `load_module ${streamModule};
${globals(folder, workers)}
stream {
  server {
    listen 127.0.0.1:${port} backlog=4096${workers > 1 ? ' reuseport' : ''};
    proxy_pass 127.0.0.1:${originPort};
  }
}
`;
}
