import { deepEqual, equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { opensslMissing, TestAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';

const skip = opensslMissing() ?? false;

const manager = `
      filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {prefix: /}
                direct_response: {status: 200, body: {inline_string: ok}}
                response_headers_to_add: [{header: {key: proto, value: "%REQ(x-forwarded-proto)%"}}]
          http_filters: [{name: r, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]`;

/** A listener whose one chain has that `DownstreamTlsContext`, as JSON. */
function bootstrap(context: object): string {
  return `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: main
    stat_prefix: l
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - transport_socket:
        name: tls
        typed_config: ${JSON.stringify({ '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', ...context })}${manager}
`;
}

const file = (filename: string): object => ({ filename });
const pair = ({ cert, key }: { cert: string; key: string }): object => ({
  certificate_chain: file(cert),
  private_key: file(key),
});

interface TlsAnswer {
  readonly text: string;
  readonly isReused: boolean;
  readonly session: Buffer | undefined;
}

/** One GET over TLS; rejects when the handshake or the connection fails first. */
async function get(proxy: RunningProxy, options: ConnectionOptions = {}): Promise<TlsAnswer> {
  const socket = connect({
    port: proxy.port(),
    host: '127.0.0.1',
    rejectUnauthorized: false,
    servername: 'a.test',
    ...options,
  });
  let session: Buffer | undefined;
  socket.on('session', (bytes: Buffer) => {
    session = bytes;
  });
  let isReused = false;
  socket.on('secureConnect', () => {
    isReused = socket.isSessionReused();
  });
  let text = '';
  socket.on('data', (data: Buffer) => {
    text += data.toString('latin1');
  });
  socket.write('GET / HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n');
  await once(socket, 'close');
  if (text === '') throw new Error('closed without an answer');
  return { text, isReused, session };
}

test('a request over TLS is answered, knows that it came over TLS and is counted', { skip }, async (t) => {
  const authority = new TestAuthority(t);
  const proxy = await startProxy(
    t,
    bootstrap({ common_tls_context: { tls_certificates: [pair(authority.issue())] } }),
  );
  const { text } = await get(proxy);
  match(text, /^HTTP\/1\.1 200 OK\r\n/);
  match(text, /\r\nproto: https\r\n/);
  await eventually(async () => (await proxy.stat('listener.l.ssl.handshake')) === 1);
  equal(await proxy.stat('listener.l.ssl.versions.TLSv1.3'), 1);
  equal(await proxy.stat('listener.l.ssl.curves.X25519'), 1);
  equal(await proxy.stat('listener.l.ssl.no_certificate'), 1);
});

test('a session is resumed, whichever worker the client comes to', { skip }, async (t) => {
  const authority = new TestAuthority(t);
  const proxy = await startProxy(
    t,
    bootstrap({ common_tls_context: { tls_certificates: [pair(authority.issue())] } }),
  );
  let { session } = await get(proxy);
  const reused: boolean[] = [];
  for (let i = 0; i < 4; i++) {
    // The ticket of the visit before: clients use each of them once.
    const answer = await get(proxy, session === undefined ? {} : { session });
    reused.push(answer.isReused);
    session = answer.session;
  }
  deepEqual(reused, [true, true, true, true]);
  await eventually(async () => (await proxy.stat('listener.l.ssl.session_reused')) === 4);
});

test('clients are let in by authority, date, list of revocations, name and pin, and each refusal is counted', {
  skip,
}, async (t) => {
  const authority = new TestAuthority(t);
  const other = new TestAuthority(t, 'Other CA');
  const good = authority.issue({ sans: 'DNS:good.test,URI:spiffe://td/good' });
  const revoked = authority.issue({ sans: 'DNS:good.test' });
  const proxy = await startProxy(
    t,
    bootstrap({
      require_client_certificate: true,
      common_tls_context: {
        tls_certificates: [pair(authority.issue())],
        validation_context: {
          trusted_ca: file(authority.ca),
          crl: file(authority.revoke([revoked])),
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'good.test' } }],
        },
      },
    }),
  );
  const outcome = async (files: { pem: string; keyPem: string } | null): Promise<string> => {
    const own = files === null ? {} : { cert: files.pem, key: files.keyPem };
    return get(proxy, own).then(
      ({ text }) => text.slice(9, 12),
      () => 'refused',
    );
  };
  equal(await outcome(good), '200');
  equal(await outcome(null), 'refused');
  equal(await outcome(other.issue({ sans: 'DNS:good.test' })), 'refused');
  equal(await outcome(authority.issue({ sans: 'DNS:good.test', days: -1 })), 'refused');
  equal(await outcome(revoked), 'refused');
  equal(await outcome(authority.issue({ sans: 'DNS:bad.test' })), 'refused');
  await eventually(async () => (await proxy.stat('listener.l.ssl.fail_verify_error')) === 3);
  equal(await proxy.stat('listener.l.ssl.fail_verify_no_cert'), 1);
  equal(await proxy.stat('listener.l.ssl.fail_verify_san'), 1);
  equal(await proxy.stat('listener.l.ssl.handshake'), 1);
});

test('a client gets the certificate of the name that it asks for, of the kind that it can check', {
  skip,
}, async (t) => {
  const authority = new TestAuthority(t);
  const ecdsa = authority.issue({ sans: 'DNS:a.test,DNS:*.wild.test' });
  const rsa = authority.issue({ sans: 'DNS:a.test,DNS:b.test', rsa: true });
  const proxy = await startProxy(
    t,
    bootstrap({
      common_tls_context: { tls_certificates: [pair(ecdsa), pair(rsa)], alpn_protocols: ['http/1.1'] },
    }),
  );
  const kind = async (options: ConnectionOptions): Promise<string> => {
    const socket = connect({ port: proxy.port(), host: '127.0.0.1', rejectUnauthorized: false, ...options });
    await once(socket, 'secureConnect');
    const type = socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType ?? '';
    const text = `${type} ${socket.alpnProtocol}`;
    socket.destroy();
    return text;
  };
  equal(await kind({ servername: 'a.test' }), 'ec false');
  equal(await kind({ servername: 'x.WILD.test', ALPNProtocols: ['h2', 'http/1.1'] }), 'ec http/1.1');
  equal(await kind({ servername: 'b.test', ALPNProtocols: ['nope'] }), 'rsa false');
  equal(await kind({ servername: 'a.test', sigalgs: 'rsa_pss_rsae_sha256' }), 'rsa false');
  equal(await kind({}), 'ec false');
});

test('clear text and old versions on a TLS listener end with their reason, and nothing else suffers', {
  skip,
}, async (t) => {
  const authority = new TestAuthority(t);
  const text = bootstrap({ common_tls_context: { tls_certificates: [pair(authority.issue())] } }).replace(
    '    filter_chains:',
    `    access_log: [{name: f, typed_config: {"@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: l.log, log_format: {text_format_source: {inline_string: "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%\\n"}}}}]
    filter_chains:`,
  );
  const proxy = await startProxy(t, text);
  await proxy.fetch('/').catch(() => undefined);
  await get(proxy, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }).catch(
    () => undefined,
  );
  await get(proxy);
  const lines = (): string[] => readFileSync(`${proxy.folder}/l.log`, 'utf8').trim().split('\n').sort();
  await eventually(() => lines().length === 3);
  deepEqual(lines(), [
    '-',
    'TLS_error:|268435612:SSL_routines:OPENSSL_internal:HTTP_REQUEST:TLS_error_end',
    'TLS_error:|268435696:SSL_routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL:TLS_error_end',
  ]);
  equal(await proxy.stat('listener.l.ssl.connection_error'), 2);
});

test('a certificate that is moved into place serves new connections and loses no request; a wrong pair is refused', {
  skip,
}, async (t) => {
  const authority = new TestAuthority(t);
  const folder = join(authority.folder, 'live');
  mkdirSync(folder);
  const first = authority.issue({ subject: '/CN=first' });
  const second = authority.issue({ subject: '/CN=second' });
  const place = (name: string, text: string): void => {
    writeFileSync(join(authority.folder, name), text);
    renameSync(join(authority.folder, name), join(folder, name));
  };
  place('cert.pem', first.pem);
  place('key.pem', first.keyPem);
  const pairOf = pair({ cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') });
  const secret = {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
    name: 'own',
    tls_certificate: pairOf,
  };
  writeFileSync(join(authority.folder, 'sds.yaml'), JSON.stringify({ resources: [secret] }));
  const proxy = await startProxy(
    t,
    bootstrap({
      common_tls_context: {
        tls_certificate_sds_secret_configs: [
          { name: 'own', sds_config: { path_config_source: { path: join(authority.folder, 'sds.yaml') } } },
        ],
      },
    }),
  );
  const shown = async (): Promise<string> => {
    const socket = connect({ port: proxy.port(), host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  };
  equal(await shown(), 'first');
  let isSwapping = true;
  const answers: string[] = [];
  const load = (async () => {
    while (isSwapping) answers.push((await get(proxy)).text.slice(9, 12));
  })();
  place('cert.pem', second.pem);
  await proxy.logged(/secret 'own' keeps what it was: .*KEY_VALUES_MISMATCH/);
  equal(await shown(), 'first');
  place('key.pem', second.keyPem);
  await proxy.logged(/secret 'own' was replaced/);
  await eventually(async () => (await shown()) === 'second');
  isSwapping = false;
  await load;
  equal(new Set(answers).size, 1);
  equal(answers[0], '200');
  equal(await proxy.stat('sds.own.update_success'), 2);
  equal(await proxy.stat('sds.own.update_rejected'), 1);
});
