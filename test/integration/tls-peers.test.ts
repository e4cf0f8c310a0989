import { deepEqual, equal, match } from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { opensslMissing, TestAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';

function testsslMissing(): string | false {
  return spawnSync('testssl', ['--version'], { stdio: 'ignore' }).error === undefined
    ? false
    : 'the testssl command is not installed';
}

/** Why curl cannot be asked; false when it can. */
function curlMissing(): string | false {
  const { error, stdout } = spawnSync('curl', ['--version'], { encoding: 'utf8' });
  if (error !== undefined) return 'the curl command is not installed';
  return /\bHTTP2\b/.test(stdout) ? false : 'this curl knows no HTTP/2';
}

const api = 'type.googleapis.com/envoy.extensions';

const manager = {
  name: 'hcm',
  typed_config: {
    '@type': `${api}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'in',
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            { match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'ok' } } },
          ],
        },
      ],
    },
    http_filters: [{ name: 'r', typed_config: { '@type': `${api}.filters.http.router.v3.Router` } }],
  },
};

const file = (filename: string): object => ({ filename });
const listenerOf = (name: string, context: object): object => ({
  name,
  stat_prefix: name,
  address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
  filter_chains: [
    {
      transport_socket: {
        name: 'tls',
        typed_config: { '@type': `${api}.transport_sockets.tls.v3.DownstreamTlsContext`, ...context },
      },
      filters: [manager],
    },
  ],
});

/** A proxy of four workers whose listeners take clients in as their names say. */
async function start(t: TestContext): Promise<{ proxy: RunningProxy; authority: TestAuthority }> {
  const authority = new TestAuthority(t);
  const pair = (rsa: boolean): object => {
    const files = authority.issue({ sans: 'DNS:a.test', rsa });
    return {
      certificate_chain: file(files.cert),
      private_key: file(files.key),
      ocsp_staple: file(authority.staple(files)),
    };
  };
  const own = { tls_certificates: [pair(false), pair(true)] };
  const withParams = (tls_params: object): object => ({ common_tls_context: { ...own, tls_params } });
  const validation = { validation_context: { trusted_ca: file(authority.ca) } };
  const listeners = [
    listenerOf('main', { common_tls_context: { ...own, alpn_protocols: ['h2', 'http/1.1'] } }),
    listenerOf('tls13', withParams({ tls_minimum_protocol_version: 'TLSv1_3' })),
    listenerOf('tls12', withParams({ tls_maximum_protocol_version: 'TLSv1_2' })),
    listenerOf('few', withParams({ cipher_suites: ['ECDHE-RSA-AES256-GCM-SHA384', 'AES128-GCM-SHA256'] })),
    listenerOf('no-tickets', { common_tls_context: own, disable_stateless_session_resumption: true }),
    listenerOf('no-ids', { common_tls_context: own, disable_stateful_session_resumption: true }),
    listenerOf('mutual', {
      require_client_certificate: true,
      common_tls_context: { ...own, ...validation },
    }),
  ];
  const admin = { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } };
  const bootstrap = JSON.stringify({ admin, static_resources: { listeners } });
  return { proxy: await startProxy(t, bootstrap, ['--concurrency', '4']), authority };
}

/** What a command printed, whatever it ended with. */
function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(command, [...args], { timeout: 300_000 }, (_, out, err) => resolve(out + err));
    child.stdin?.end('Q\n');
  });
}

/** What `openssl s_client` says of a handshake: version and cipher, or that there was none. */
async function agreed(port: number, ...args: readonly string[]): Promise<string> {
  const text = await run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args]);
  const found = /^(?:New|Reused), (\S+), Cipher is (\S+)$/m.exec(text);
  return found === null || found[2] === '(NONE)' ? 'none' : `${found[1]} ${found[2]}`;
}

const skip = opensslMissing() ?? false;

test('openssl s_client, curl and the proxy agree', { skip, timeout: 600_000 }, async (t) => {
  const { proxy, authority } = await start(t);

  await t.test('on versions', async () => {
    const versions = ['-tls1', '-tls1_1', '-tls1_2', '-tls1_3'];
    const seen = async (listener: string): Promise<readonly string[]> => {
      const found: string[] = [];
      for (const version of versions) {
        const answer = await agreed(proxy.port(listener), version, '-cipher', 'ALL:@SECLEVEL=0');
        found.push(answer.split(' ')[0] ?? '');
      }
      return found;
    };
    deepEqual(await seen('main'), ['none', 'none', 'TLSv1.2', 'TLSv1.3']);
    deepEqual(await seen('tls13'), ['none', 'none', 'none', 'TLSv1.3']);
    deepEqual(await seen('tls12'), ['none', 'none', 'TLSv1.2', 'none']);
  });

  await t.test('on ciphers', async () => {
    const names = [
      'ECDHE-ECDSA-AES128-GCM-SHA256',
      'ECDHE-ECDSA-CHACHA20-POLY1305',
      'ECDHE-RSA-AES128-GCM-SHA256',
      'ECDHE-RSA-CHACHA20-POLY1305',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-RSA-AES256-GCM-SHA384',
      'ECDHE-RSA-AES128-SHA',
      'AES128-GCM-SHA256',
      'AES256-SHA',
      'DHE-RSA-AES128-GCM-SHA256',
    ];
    const taken = async (listener: string): Promise<readonly string[]> => {
      const found: string[] = [];
      for (const name of names) {
        const answer = await agreed(proxy.port(listener), '-tls1_2', '-cipher', name);
        if (answer === `TLSv1.2 ${name}`) found.push(name);
      }
      return found;
    };
    deepEqual(await taken('main'), names.slice(0, 6));
    deepEqual(await taken('few'), ['ECDHE-RSA-AES256-GCM-SHA384', 'AES128-GCM-SHA256']);
  });

  for (const [listener, way, args, reused] of [
    ['main', 'by ticket', ['-tls1_2'], 8],
    ['main', 'by id', ['-tls1_2', '-no_ticket'], 8],
    ['main', 'by ticket of TLS 1.3', ['-tls1_3'], 8],
    ['no-tickets', 'by id', ['-tls1_2'], 8],
    ['no-tickets', 'by ticket of TLS 1.3', ['-tls1_3'], 0],
    ['no-ids', 'by ticket', ['-tls1_2'], 8],
    ['no-ids', 'by id', ['-tls1_2', '-no_ticket'], 0],
  ] as const) {
    await t.test(`on sessions at four workers: ${listener}, ${way}`, async () => {
      const before = await proxy.stat(`listener.${listener}.ssl.session_reused`);
      const session = join(authority.folder, `${listener}-${args.join('')}`);
      const connect = ['s_client', '-connect', `127.0.0.1:${proxy.port(listener)}`, ...args];
      // The request makes the client wait for an answer, before which tickets of TLS 1.3 come.
      await run('sh', ['-c', `${ask} | openssl ${connect.join(' ')} -ign_eof -sess_out ${session}`]);
      const again = Array.from({ length: 8 }, () => run('openssl', [...connect, '-sess_in', session]));
      const kinds = (await Promise.all(again)).map((text) => /^(New|Reused), TLS/m.exec(text)?.[1]);
      deepEqual(kinds, Array(8).fill(reused > 0 ? 'Reused' : 'New'));
      const stat = `listener.${listener}.ssl.session_reused`;
      await eventually(async () => (await proxy.stat(stat)) === before + reused);
    });
  }

  await t.test('that every worker took part', async () => {
    for (const worker of [0, 1, 2, 3])
      equal((await proxy.stat(`listener.main.worker_${worker}.downstream_cx_total`)) > 0, true);
  });

  await t.test('on stapled OCSP responses', async () => {
    const port = proxy.port();
    const status = (...more: string[]): Promise<string> =>
      run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'a.test', ...more]);
    match(await status('-status'), /OCSP Response Status: successful[\s\S]*Cert Status: good/);
    match(await status('-status', '-tls1_2', '-sigalgs', 'RSA+SHA256'), /OCSP Response Status: successful/);
    equal((await status()).includes('OCSP Response Status'), false);
    await eventually(async () => (await proxy.stat('listener.main.ssl.ocsp_staple_responses')) === 2);
    equal(await proxy.stat('listener.main.ssl.ocsp_staple_requests'), 2);
    equal(await proxy.stat('listener.main.ssl.ocsp_staple_omitted'), 0);
  });

  await t.test('on versions, asked by testssl', { skip: testsslMissing() }, async () => {
    const results = join(authority.folder, 'testssl.json');
    const quiet = ['--warnings', 'off', '--color', '0', '--openssl-timeout', '30'];
    await run('testssl', [...quiet, '-p', '--jsonfile', results, `127.0.0.1:${proxy.port('tls12')}`]);
    const found = JSON.parse(readFileSync(results, 'utf8')) as { id: string; finding: string }[];
    const verdict = (id: string): string | undefined => found.find((it) => it.id === id)?.finding;
    for (const old of ['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1']) equal(verdict(old), 'not offered');
    equal(verdict('TLS1_2'), 'offered');
    match(verdict('TLS1_3') ?? '', /^not offered/);
  });

  await t.test('on protocols and certificates, asked by curl', { skip: curlMissing() }, async () => {
    const curl = (listener: string, ...args: readonly string[]): Promise<string> => {
      const port = proxy.port(listener);
      const place = ['--resolve', `a.test:${port}:127.0.0.1`, `https://a.test:${port}/`];
      const form = ['-s', '-o', '/dev/null', '-w', '%{http_code} %{http_version} %{ssl_verify_result}'];
      return run('curl', [...form, '--cacert', authority.ca, ...args, ...place]);
    };
    equal(await curl('main', '--http1.1'), '200 1.1 0');
    equal(await curl('main', '--http2'), '200 2 0');
    equal(await curl('tls13', '--tlsv1.3'), '200 1.1 0');
    const own = authority.issue({ subject: '/CN=client' });
    match(await curl('mutual', '--cert', own.cert, '--key', own.key), /^200 /);
    match(await curl('mutual'), /^000 /);
    await eventually(async () => (await proxy.stat('listener.mutual.ssl.fail_verify_no_cert')) === 1);
  });
});

const ask = String.raw`printf 'GET / HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n'`;
