import { deepEqual, equal, match } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { type CertificateFiles, opensslMissing, TestAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { startOrigin, startProxy } from '../support/proxy.js';

const skip = opensslMissing() ?? false;
const file = (filename: string): object => ({ filename });
const typed = (type: string, fields: object): object => ({
  name: type,
  typed_config: { '@type': `type.googleapis.com/envoy.extensions.${type}`, ...fields },
});

function digestOf(cert: string): string {
  const text = execFileSync('openssl', ['x509', '-in', cert, '-noout', '-fingerprint', '-sha256']).toString();
  return (text.split('=')[1] ?? '').trim().replaceAll(':', '').toLowerCase();
}

test('certificates on the list of a server come in, others do not', { skip, timeout: 60_000 }, async (t) => {
  const authority = new TestAuthority(t);
  const own = authority.issue();
  const known = authority.issue({ subject: '/CN=known' });
  const unknown = authority.issue({ subject: '/CN=unknown' });
  const paths: string[] = [];
  const { port } = await startOrigin(t, (request, response) => {
    paths.push(`${request.headers.host} ${request.url}`);
    response.end(JSON.stringify({ certificates: [{ fingerprint_sha256: digestOf(known.cert) }] }));
  });
  const listener = (name: string, fields: object): object => ({
    name,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [
      {
        transport_socket: typed('transport_sockets.tls.v3.DownstreamTlsContext', {
          common_tls_context: {
            tls_certificates: [{ certificate_chain: file(own.cert), private_key: file(own.key) }],
            validation_context: { trusted_ca: file(authority.ca) },
          },
        }),
        filters: [
          typed('filters.network.client_ssl_auth.v3.ClientSSLAuth', {
            auth_api_cluster: 'list',
            stat_prefix: name,
            ...fields,
          }),
          typed('filters.network.direct_response.v3.Config', { response: { inline_string: 'welcome' } }),
        ],
      },
    ],
  });
  const endpoint = { address: { socket_address: { address: '127.0.0.1', port_value: port } } };
  const proxy = await startProxy(
    t,
    JSON.stringify({
      admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
      static_resources: {
        listeners: [
          listener('main', {}),
          listener('home', { ip_white_list: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] }),
        ],
        clusters: [
          {
            name: 'list',
            load_assignment: { cluster_name: 'list', endpoints: [{ lb_endpoints: [{ endpoint }] }] },
          },
        ],
      },
    }),
  );
  const root = 'auth.clientssl.main';
  await eventually(async () => (await proxy.stat(`${root}.update_success`)) === 2);
  equal(await proxy.stat(`${root}.total_principals`), 1);
  match(paths[0] ?? '', /^list \/v1\/certs\/list\/approved$/);

  async function visit(name: string, shown: CertificateFiles | null): Promise<string> {
    const pair = shown === null ? {} : { cert: readFileSync(shown.cert), key: readFileSync(shown.key) };
    const socket = connect({ port: proxy.port(name), host: '127.0.0.1', rejectUnauthorized: false, ...pair });
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString();
    });
    socket.on('error', () => undefined);
    await once(socket, 'close');
    return text;
  }
  deepEqual(
    [await visit('main', known), await visit('main', unknown), await visit('main', null)],
    ['welcome', '', ''],
  );
  equal(await visit('home', null), 'welcome');
  await eventually(async () => (await proxy.stat(`${root}.auth_digest_no_match`)) === 2);
  equal(await proxy.stat(`${root}.auth_digest_match`), 1);
  await eventually(async () => (await proxy.stat('auth.clientssl.home.auth_ip_allowlist')) === 1);
});
