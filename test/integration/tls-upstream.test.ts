import { deepEqual, equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { opensslMissing, TestAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { startProxy } from '../support/proxy.js';
import { tlsClusters } from '../support/tls-clusters.js';

const skip = opensslMissing() ?? false;

/** An origin that says what it saw of the connection. */
async function startTlsOrigin(t: TestContext, authority: TestAuthority): Promise<number> {
  const { pem, keyPem } = authority.issue({ sans: 'DNS:a.test' });
  const server = createServer(
    { cert: pem, key: keyPem, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as TLSSocket & { servername: string | false };
      const { subject } = socket.getPeerCertificate();
      response.end(`name=${socket.servername} client=${subject?.CN ?? '-'} ${socket.getProtocol()}`);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the origin has no port');
  return address.port;
}

test('hosts are spoken to over TLS, verified as configured, and told who we are', { skip }, async (t) => {
  const authority = new TestAuthority(t);
  const other = new TestAuthority(t, 'Other CA');
  const client = authority.issue({ subject: '/CN=proxy' });
  const port = await startTlsOrigin(t, authority);
  const trust = (ca: string, more: object = {}): object => ({
    validation_context: { trusted_ca: { filename: ca }, ...more },
  });
  const sni = (options: object): object => ({
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        upstream_http_protocol_options: options,
        explicit_http_config: { http_protocol_options: {} },
      },
    },
  });
  const proxy = await startProxy(
    t,
    tlsClusters(port, {
      plain: {},
      mutual: {
        context: {
          sni: 'configured.test',
          common_tls_context: {
            tls_params: { tls_maximum_protocol_version: 'TLSv1_3' },
            tls_certificates: [
              { certificate_chain: { filename: client.cert }, private_key: { filename: client.key } },
            ],
            ...trust(authority.ca),
          },
        },
      },
      stranger: { context: { common_tls_context: trust(other.ca) } },
      misnamed: {
        context: {
          common_tls_context: trust(authority.ca, {
            match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'b.test' } }],
          }),
        },
      },
      named: {
        context: { common_tls_context: trust(authority.ca) },
        ...sni({ auto_sni: true, auto_san_validation: true }),
      },
      checked: {
        context: {},
        health_checks: [
          {
            timeout: '5s',
            interval: '60s',
            unhealthy_threshold: 1,
            healthy_threshold: 1,
            http_health_check: { path: '/' },
          },
        ],
      },
    }),
  );
  equal((await proxy.fetch('/plain')).body, 'name=false client=- TLSv1.2');
  const mutual = await proxy.fetch('/mutual');
  equal(mutual.body, 'name=configured.test client=proxy TLSv1.3');
  equal(mutual.headers['seen'], 'TLSv1.3 a.test');
  const stranger = await proxy.fetch('/stranger');
  equal(stranger.status, 503);
  match(
    String(stranger.headers['reason']),
    /^TLS_error:\|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:/,
  );
  equal((await proxy.fetch('/misnamed')).status, 503);
  equal(
    (await proxy.fetch('/named', { headers: { host: 'a.test:80' } })).body,
    'name=a.test client=- TLSv1.2',
  );
  equal((await proxy.fetch('/named', { headers: { host: 'c.test' } })).status, 503);
  await eventually(async () => (await proxy.stat('cluster.checked.health_check.success')) === 1);
  deepEqual(
    await Promise.all(
      [
        'stranger.ssl.fail_verify_error',
        'misnamed.ssl.fail_verify_san',
        'named.ssl.fail_verify_san',
        'mutual.ssl.handshake',
      ].map((name) => proxy.stat(`cluster.${name}`)),
    ),
    [1, 1, 1, 1],
  );
});
