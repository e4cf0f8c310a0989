import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Plain } from '../../../src/base/plain.js';
import { TestAuthority } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import { bootstrapText, listener, staticCluster, tcpAddress } from '../../support/listener-text.js';
import { fetchFrom, startProxy } from '../../support/proxy.js';
import { type Front, type Listener, listeners, type Upstream, upstreams } from './cells.js';
import { Origins } from './origins.js';

type Fields = { readonly [field: string]: Plain };

const types = 'type.googleapis.com/envoy.extensions';
const codecs = { h1: 'HTTP1', h2c: 'HTTP2', tls: 'AUTO' } as const;

function routes(upstream: Upstream): Plain[] {
  const route = { cluster: upstream, timeout: '0s' };
  const authority = { name: ':authority', string_match: { prefix: `${upstream}.` } };
  return [
    {
      match: { connect_matcher: {}, headers: [authority] },
      route: { ...route, upgrade_configs: [{ upgrade_type: 'CONNECT' }] },
    },
    { match: { prefix: `/${upstream}/` }, route },
  ];
}

function manager(name: Listener): Plain {
  return {
    name: 'http',
    typed_config: {
      '@type': `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: name,
      codec_type: codecs[name],
      proxy_100_continue: true,
      http_protocol_options: { enable_trailers: true },
      http2_protocol_options: { allow_connect: true },
      upgrade_configs: [{ upgrade_type: 'websocket' }],
      route_config: {
        virtual_hosts: [{ name: 'all', domains: ['*'], routes: upstreams.flatMap(routes) }],
      },
      http_filters: [{ name: 'router', typed_config: { '@type': `${types}.filters.http.router.v3.Router` } }],
    },
  };
}

function tlsListener({ cert, key }: { readonly cert: string; readonly key: string }): Plain {
  const context = {
    '@type': `${types}.transport_sockets.tls.v3.DownstreamTlsContext`,
    common_tls_context: {
      alpn_protocols: ['h2', 'http/1.1'],
      tls_certificates: [{ certificate_chain: { filename: cert }, private_key: { filename: key } }],
    },
  };
  return {
    name: 'tls',
    address: tcpAddress('127.0.0.1'),
    filter_chains: [{ filters: [manager('tls')], transport_socket: { name: 'tls', typed_config: context } }],
  };
}

function cluster(upstream: Upstream, port: number, ca: string): Plain {
  const options = upstream.endsWith('h1')
    ? { http_protocol_options: { enable_trailers: true } }
    : { http2_protocol_options: { allow_connect: true } };
  const context = {
    '@type': `${types}.transport_sockets.tls.v3.UpstreamTlsContext`,
    sni: 'origin.test',
    common_tls_context: { validation_context: { trusted_ca: { filename: ca } } },
  };
  const socket: Fields = upstream.startsWith('tls')
    ? { transport_socket: { name: 'tls', typed_config: context } }
    : {};
  return staticCluster(upstream, [port], {
    ...socket,
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': `${types}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: options,
      },
    },
  });
}

/** The origins and a proxy before them; `proxy` is the program that plays it. */
export async function startFront(t: TestContext, bytes: number, proxy: 'sluice' | 'envoy'): Promise<Front> {
  const authority = new TestAuthority(t);
  const own = authority.issue({ sans: 'DNS:origin.test,DNS:localhost,IP:127.0.0.1' });
  const origins = await Origins.start(t, { cert: own.pem, key: own.keyPem });
  const bootstrap = bootstrapText(
    [
      listener('h1', tcpAddress('127.0.0.1'), [manager('h1')]),
      listener('h2c', tcpAddress('127.0.0.1'), [manager('h2c')]),
      tlsListener(own),
    ],
    upstreams.map((name) => cluster(name, origins.ports.get(name) as number, authority.ca)),
  );
  const body = Buffer.alloc(bytes, 'the quick brown fox ');
  const bodyFile = join(authority.folder, 'body');
  writeFileSync(bodyFile, body);
  const ports = await (proxy === 'envoy' ? envoyPorts : sluicePorts)(t, bootstrap, authority.folder);
  return {
    port: (name) => ports.get(name) as number,
    ca: authority.ca,
    body,
    bodyFile,
    ended: (path) => origins.ended(path),
  };
}

async function sluicePorts(t: TestContext, bootstrap: string): Promise<Map<Listener, number>> {
  const proxy = await startProxy(t, bootstrap);
  return new Map(listeners.map((name) => [name, proxy.port(name)]));
}

/** What the real Envoy makes of the same matrix, for comparison by hand. */
async function envoyPorts(t: TestContext, bootstrap: string, folder: string): Promise<Map<Listener, number>> {
  const file = join(folder, 'bootstrap.json');
  const adminFile = join(folder, 'admin');
  writeFileSync(file, bootstrap);
  const base = String(10_000 + Math.floor(Math.random() * 1e6));
  const args = ['-c', file, '--admin-address-path', adminFile, '--base-id', base, '--disable-hot-restart'];
  const child = spawn('envoy', [...args, '--concurrency', '1', '--log-level', 'error'], { stdio: 'inherit' });
  t.after(() => child.kill('SIGKILL'));
  const ports = new Map<Listener, number>();
  await eventually(async () => {
    try {
      const adminPort = Number(/:(\d+)/.exec(readFileSync(adminFile, 'utf8'))?.[1]);
      const text = (await fetchFrom(adminPort, '/listeners', {})).body;
      for (const [, name, port] of text.matchAll(/^(\S+)::\S*:(\d+)$/gm)) {
        ports.set(name as Listener, Number(port));
      }
    } catch {
      // Not listening yet.
    }
    return ports.size === listeners.length;
  });
  return ports;
}
