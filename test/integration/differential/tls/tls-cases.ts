import { constants } from 'node:crypto';
import type { PeerCertificate } from './tls-certificates.js';
import type { TlsCase } from './tls-client.js';
import { upstreamContexts } from './upstream-contexts.js';

const asks = ['/'];

/** Whom each listener lets in; those it does not wait for their refusal. */
const letIn: readonly (readonly [
  listener: string,
  shows: readonly PeerCertificate[],
  refused: readonly (PeerCertificate | 'none')[],
])[] = [
  ['optional', ['good', 'rsa', 'plain', 'elsewhere', 'revoked'], ['expired', 'future', 'foreign']],
  ['required', ['good'], ['none', 'expired', 'foreign']],
  ['required-12', ['good'], ['none', 'expired', 'future', 'foreign']],
  ['crl', ['good'], ['revoked', 'foreign']],
  ['uri-san', ['good'], ['elsewhere', 'plain', 'foreign']],
  ['dns-san', ['good'], ['elsewhere', 'plain']],
  ['email-san', ['good'], ['elsewhere']],
  ['ip-san', ['good'], ['elsewhere']],
  ['optional-san', ['good'], ['none', 'elsewhere']],
  ['hash', ['good'], ['elsewhere', 'foreign']],
  ['spki', ['good'], ['elsewhere', 'foreign']],
  ['hash-or-spki', ['good', 'foreign'], ['none', 'elsewhere']],
  ['accept-untrusted', ['good', 'foreign', 'expired'], []],
  ['accept-required', ['good', 'foreign'], ['none']],
  ['allow-expired', ['good', 'expired', 'future'], ['foreign']],
];

function letInCases(): TlsCase[] {
  return letIn.flatMap(([listener, shows, refused]) => [
    ...shows.map(
      (name): TlsCase => ({ name: `${listener}: ${name} is let in`, listener, shows: name, asks }),
    ),
    ...refused.map(
      (name): TlsCase => ({
        name: `${listener}: ${name} is refused`,
        listener,
        ...(name !== 'none' && { shows: name }),
      }),
    ),
  ]);
}

const routed: readonly TlsCase[] = (['optional', 'accept-untrusted', 'simple'] as const).flatMap((listener) =>
  (['/presented', '/validated'] as const).flatMap((path): TlsCase[] => [
    { name: `${listener}: ${path} without a certificate`, listener, asks: [path] },
    { name: `${listener}: ${path} with a good one`, listener, shows: 'good', asks: [path] },
    ...(listener === 'accept-untrusted'
      ? [
          {
            name: `${listener}: ${path} with a foreign one`,
            listener,
            shows: 'foreign' as const,
            asks: [path],
          },
        ]
      : []),
  ]),
);

const given = [['x-forwarded-client-cert', 'By=spiffe://td/a;Hash=1;Subject="/CN=b"']] as const;

const forwarded: readonly TlsCase[] = [
  'SANITIZE',
  'FORWARD_ONLY',
  'APPEND_FORWARD',
  'SANITIZE_SET',
  'ALWAYS_FORWARD_ONLY',
].flatMap((mode) => {
  const listener = `xfcc-${mode}`;
  return [
    { name: `${mode}: nothing given, no certificate`, listener, asks },
    { name: `${mode}: given, no certificate`, listener, asks, headers: given },
    { name: `${mode}: nothing given, a certificate`, listener, asks, shows: 'good' as const },
    { name: `${mode}: given, a certificate`, listener, asks, shows: 'good' as const, headers: given },
    { name: `${mode}: a certificate without names`, listener, asks, shows: 'plain' as const, headers: given },
  ];
});

const xfcc = (value: string): readonly [string, string] => ['x-forwarded-client-cert', value];
const forwardedBefore = [
  '',
  'By=a;Hash=1',
  '[{"a":1}]',
  ' [ ] ',
  '[]',
  '[',
  ']',
  '[{"a":1}',
  '{"a":1}',
  '[not json]',
  '[1] [2]',
];

const forwardedForms: readonly TlsCase[] = [
  ...['xfcc-issuer', 'xfcc-json', 'xfcc-json-append', 'xfcc-text-append'].flatMap((listener) =>
    (['good', 'plain', 'none'] as const).map(
      (shows): TlsCase => ({ name: `${listener}: ${shows}`, listener, asks, shows }),
    ),
  ),
  ...['xfcc-json-append', 'xfcc-text-append'].flatMap((listener) =>
    forwardedBefore.map(
      (before): TlsCase => ({
        name: `${listener}: behind ${before}`,
        listener,
        asks,
        shows: 'good',
        headers: [xfcc(before)],
      }),
    ),
  ),
  ...[
    'SANITIZE',
    'FORWARD_ONLY',
    'APPEND_FORWARD',
    'SANITIZE_SET',
    'ALWAYS_FORWARD_ONLY',
    'none',
    'other',
  ].flatMap((mode) =>
    (['good', 'none'] as const).map(
      (shows): TlsCase => ({
        name: `xfcc-matched: ${mode}, certificate: ${shows}`,
        listener: 'xfcc-matched',
        asks,
        shows,
        headers: [...given, ['x-mode', mode]],
      }),
    ),
  ),
];

const v12 = { maxVersion: 'TLSv1.2' } as const;
const v13 = { minVersion: 'TLSv1.3' } as const;

const negotiated: readonly TlsCase[] = [
  { name: 'both speak TLS 1.3', listener: 'simple', asks },
  { name: 'the client stops at TLS 1.2', listener: 'simple', asks, options: v12 },
  {
    name: 'the client stops at TLS 1.1',
    listener: 'simple',
    options: { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
  },
  { name: 'TLS 1.3 where 1.2 is the last', listener: 'tls12', options: v13 },
  { name: 'TLS 1.2 where 1.3 is the first', listener: 'tls13', options: v12 },
  { name: 'X25519 where P-256 is meant', listener: 'p256', options: { ecdhCurve: 'X25519' } },
  { name: 'P-256 where P-256 is meant', listener: 'p256', asks, options: { ecdhCurve: 'X25519:prime256v1' } },
  {
    name: 'a cipher that is not allowed',
    listener: 'aes256',
    options: { ...v12, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
  },
  { name: 'the cipher that is allowed', listener: 'aes256', asks, options: v12 },
  {
    name: 'a cipher without forward secrecy',
    listener: 'two-kinds',
    options: { ...v12, ciphers: 'AES128-SHA' },
  },
  { name: 'a CBC cipher', listener: 'simple', options: { ...v12, ciphers: 'ECDHE-ECDSA-AES128-SHA' } },
  {
    name: 'ChaCha first',
    listener: 'simple',
    asks,
    options: { ...v12, ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256' },
  },
  {
    name: 'AES-256 before AES-128',
    listener: 'simple',
    asks,
    options: { ...v12, ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256' },
  },
  {
    name: 'RSA for a client that knows no ECDSA',
    listener: 'two-kinds',
    asks,
    options: { sigalgs: 'rsa_pss_rsae_sha256:RSA+SHA256' },
  },
  {
    name: 'RSA for a client whose ciphers of ECDSA are not among ours',
    listener: 'two-kinds',
    asks,
    options: {
      ...v12,
      ciphers: 'ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256',
    },
  },
  { name: 'ECDSA for a client that knows both', listener: 'two-kinds', asks },
  {
    name: 'no kind that the client can check',
    listener: 'simple',
    options: { sigalgs: 'rsa_pss_rsae_sha256' },
  },
  {
    name: 'no kind that the client can check, in TLS 1.2',
    listener: 'simple',
    options: { ...v12, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
  },
  { name: 'h2 is preferred', listener: 'alpn', options: { ALPNProtocols: ['http/1.1'] }, asks },
  { name: 'no protocol in common', listener: 'alpn', options: { ALPNProtocols: ['spdy/1'] }, asks },
  { name: 'no protocol named', listener: 'alpn', asks },
  {
    name: 'a protocol where none is configured',
    listener: 'simple',
    options: { ALPNProtocols: ['http/1.1'] },
    asks,
  },
];

const names = ['server.test', 'other.test', 'a.wild.test', 'b.a.wild.test', 'unknown.test'];

const chosen: readonly TlsCase[] = (['by-name', 'by-chain'] as const).flatMap((listener) => [
  { name: `${listener}: no name`, listener, asks },
  ...names.map((servername) => ({
    name: `${listener}: ${servername}`,
    listener,
    asks,
    options: { servername },
  })),
]);

/** Clients that know no tickets: their sessions are kept by id. */
const byId = { ...v12, secureOptions: constants.SSL_OP_NO_TICKET } as const;
const versions = { 'TLS 1.2': v12, 'TLS 1.3': v13, 'TLS 1.2, no tickets': byId } as const;
const resuming = ['simple', 'no-tickets', 'no-ids', 'no-resumption', 'required', 'optional', 'required-12'];

/** From one listener to another that may ask for more, whose tickets are made with the same keys or not. */
const crossings: readonly (readonly [from: string, to: string])[] = [
  ['simple', 'optional'],
  ['simple', 'required'],
  ['simple', 'alpn'],
  ['optional', 'required'],
  ['keyed', 'keyed-again'],
  ['keyed', 'keyed-asking'],
  ['keyed', 'keyed-required'],
  ['keyed', 'keyed-hash'],
  ['keyed', 'keyed-other'],
  ['keyed', 'keyed-12'],
  ['keyed-asking', 'keyed-required'],
  ['keyed-required', 'keyed-san'],
  ['keyed-required', 'keyed-hash'],
];

const resumed: readonly TlsCase[] = [
  ...Object.entries(versions).map(
    ([version, options]): TlsCase => ({
      name: `by-name: a session of ${version} under another name`,
      listener: 'by-name',
      asks,
      options: { ...options, servername: 'server.test' },
      resumes: { options: { ...options, servername: 'other.test' } },
    }),
  ),
  ...Object.entries(versions).flatMap(([version, options]) =>
    (['by-chain', 'accept-untrusted', 'allow-expired', 'hash', 'dns-san'] as const).map(
      (listener): TlsCase => ({
        name: `${listener}: a session of ${version}`,
        listener,
        asks: ['/validated'],
        shows: listener === 'accept-untrusted' ? 'foreign' : 'good',
        options: { ...options, ...(listener === 'by-chain' && { servername: 'other.test' }) },
        resumes: true,
      }),
    ),
  ),
  ...Object.entries(versions).map(
    ([version, options]): TlsCase => ({
      name: `a session of ${version} of by-chain under the name of another chain`,
      listener: 'by-chain',
      asks,
      options: { ...options, servername: 'other.test' },
      resumes: { options: { ...options, servername: 'a.wild.test' } },
    }),
  ),
  ...resuming.flatMap((listener) =>
    Object.entries(versions).map(
      ([version, options]): TlsCase => ({
        name: `${listener}: a session of ${version}`,
        listener,
        asks: ['/validated'],
        shows: listener.startsWith('required') ? 'good' : 'none',
        resumes: true,
        options,
      }),
    ),
  ),
  ...crossings.flatMap(([listener, at]) =>
    Object.entries(versions).flatMap(([version, options]) =>
      (at === 'keyed-required' ? (['none', 'good'] as const) : (['good'] as const)).map(
        (shows): TlsCase => ({
          name: `a session of ${version} of ${listener} at ${at}, certificate: ${shows}`,
          listener,
          asks: ['/validated'],
          shows: listener.includes('required') ? 'good' : shows,
          resumes: { at, shows },
          options,
        }),
      ),
    ),
  ),
];

const broken: readonly TlsCase[] = [
  { name: 'HTTP in clear text', listener: 'simple', clearText: 'GET / HTTP/1.1\r\nhost: a\r\n\r\n' },
  { name: 'CONNECT in clear text', listener: 'simple', clearText: 'CONNECT a:1 HTTP/1.1\r\n\r\n' },
  {
    name: 'bytes that are nothing',
    listener: 'simple',
    clearText: '\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007',
  },
  { name: 'a record that is no handshake', listener: 'simple', clearText: '\u0017\u0003\u0003\u0000\u0001a' },
  { name: 'SSH', listener: 'simple', clearText: 'SSH-2.0-OpenSSH_9.2\r\n' },
];

const upstream: readonly TlsCase[] = Object.keys(upstreamContexts).map((name) => ({
  name: `upstream: ${name}`,
  listener: 'simple',
  asks: [`/up/${name}/`],
  headers: name.startsWith('auto') ? [['host', 'good.test']] : [],
}));

/** Clients that both proxies must treat alike. */
export const tlsCases: readonly TlsCase[] = [
  ...letInCases(),
  ...routed,
  ...forwarded,
  ...forwardedForms,
  ...negotiated,
  ...chosen,
  ...resumed,
  ...broken,
  ...upstream,
];
