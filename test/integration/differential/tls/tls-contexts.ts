import type { CertificateFiles } from '../../../support/certificates.js';
import type { Json } from './tls-bootstrap.js';
import { hashPin, keyPin, type TlsCertificates } from './tls-certificates.js';

/** How one listener takes clients in. */
export interface ListenerChains {
  readonly chains: readonly { readonly name?: string; readonly context?: Json; readonly match?: Json }[];
  /** Further fields of its connection manager. */
  readonly manager?: Json;
  readonly inspects?: boolean;
}

export const file = (filename: string): Json => ({ filename });

/** As the contexts of both sides name a certificate. */
export function shown({ cert, key }: CertificateFiles): Json {
  return { certificate_chain: file(cert), private_key: file(key) };
}

const details = { subject: true, cert: true, chain: true, dns: true, uri: true };
const forwardModes = ['SANITIZE', 'FORWARD_ONLY', 'APPEND_FORWARD', 'SANITIZE_SET', 'ALWAYS_FORWARD_ONLY'];

const typed = (type: string, more: Json): Json => ({
  name: 'x',
  typed_config: { '@type': `type.googleapis.com/envoy.${type}`, ...more },
});

/** Requests choose how their certificate is told by what they say in `x-mode`. */
const forwardMatcher: Json = {
  matcher_list: {
    matchers: [...forwardModes, ''].map((mode) => ({
      predicate: {
        single_predicate: {
          input: typed('type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: 'x-mode' }),
          value_match: { exact: mode || 'none' },
        },
      },
      on_match: {
        action: typed(
          'extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertConfig',
          mode === ''
            ? {}
            : { forward_client_cert_details: mode, set_current_client_cert_details: { subject: true } },
        ),
      },
    })),
  },
};

/** Listeners by name. */
export function downstreamContexts(certificates: TlsCertificates): {
  readonly [name: string]: ListenerChains;
} {
  const { ca, server, rsaServer, other, wildcard, peers, revocations } = certificates;
  const trusted = { trusted_ca: file(ca) };
  const context = (validation: Json | null, more: Json = {}, common: Json = {}): ListenerChains => {
    const validates = validation !== null && { validation_context: validation };
    const tls = { tls_certificates: [shown(server)], ...validates, ...common };
    return { chains: [{ context: { common_tls_context: tls, ...more } }] };
  };
  const required = { require_client_certificate: true };
  const keys = { session_ticket_keys: { keys: [{ inline_bytes: Buffer.alloc(80, 7).toString('base64') }] } };
  const params = (tls_params: Json): ListenerChains => context(null, {}, { tls_params });
  const san = (san_type: string, matcher: Json): ListenerChains =>
    context({ ...trusted, match_typed_subject_alt_names: [{ san_type, matcher }] }, required);
  const forward = (mode: string): ListenerChains => ({
    ...context(trusted),
    manager: { forward_client_cert_details: mode, set_current_client_cert_details: details },
  });
  const told = (validation: Json, mode: string, set_current_client_cert_details: Json): ListenerChains => ({
    ...context(validation),
    manager: { forward_client_cert_details: mode, set_current_client_cert_details },
  });
  return {
    clear: { chains: [{}] },
    simple: context(null),
    optional: context(trusted),
    required: context(trusted, required),
    crl: context({ ...trusted, crl: file(revocations) }, required),
    'uri-san': san('URI', { exact: 'spiffe://td/good' }),
    'dns-san': san('DNS', { suffix: 'good.test' }),
    'email-san': san('EMAIL', { exact: 'good@td.test' }),
    'ip-san': san('IP_ADDRESS', { exact: '10.1.2.3' }),
    'optional-san': context({
      ...trusted,
      match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { prefix: 'spiffe://td/good' } }],
    }),
    hash: context({ ...trusted, verify_certificate_hash: [hashPin(peers.good)] }, required),
    spki: context({ ...trusted, verify_certificate_spki: [keyPin(peers.good)] }, required),
    'hash-or-spki': context({
      verify_certificate_hash: [hashPin(peers.good)],
      verify_certificate_spki: [keyPin(peers.foreign)],
    }),
    'accept-untrusted': context({ ...trusted, trust_chain_verification: 'ACCEPT_UNTRUSTED' }),
    'accept-required': context({ ...trusted, trust_chain_verification: 'ACCEPT_UNTRUSTED' }, required),
    'allow-expired': context({ ...trusted, allow_expired_certificate: true }, required),
    tls12: params({ tls_maximum_protocol_version: 'TLSv1_2' }),
    tls13: params({ tls_minimum_protocol_version: 'TLSv1_3' }),
    p256: params({ ecdh_curves: ['P-256'] }),
    aes256: params({
      cipher_suites: ['ECDHE-ECDSA-AES256-GCM-SHA384'],
      tls_maximum_protocol_version: 'TLSv1_2',
    }),
    'required-12': context(trusted, required, { tls_params: { tls_maximum_protocol_version: 'TLSv1_2' } }),
    alpn: context(null, {}, { alpn_protocols: ['h2', 'http/1.1'] }),
    'two-kinds': context(null, {}, { tls_certificates: [shown(rsaServer), shown(server)] }),
    'by-name': context(null, {}, { tls_certificates: [shown(server), shown(other), shown(wildcard)] }),
    'no-tickets': context(null, { disable_stateless_session_resumption: true }),
    'no-ids': context(null, { disable_stateful_session_resumption: true }),
    'no-resumption': context(null, {
      disable_stateless_session_resumption: true,
      disable_stateful_session_resumption: true,
    }),
    keyed: context(null, keys),
    'keyed-again': context(null, keys),
    'keyed-asking': context(trusted, keys),
    'keyed-required': context(trusted, { ...required, ...keys }),
    'keyed-san': context(
      {
        ...trusted,
        match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'elsewhere.test' } }],
      },
      { ...required, ...keys },
    ),
    'keyed-hash': context({ verify_certificate_hash: [hashPin(peers.good)] }, keys),
    'keyed-other': context(null, keys, { tls_certificates: [shown(other)] }),
    'keyed-12': context(null, keys, { tls_params: { tls_maximum_protocol_version: 'TLSv1_2' } }),
    'short-session': context(null, { session_timeout: '77s' }),
    'by-chain': {
      inspects: true,
      chains: [
        chain('of-other', other, ['other.test']),
        chain('of-wild', wildcard, ['*.wild.test']),
        { ...chain('of-rest', server), match: { transport_protocol: 'tls' } },
      ],
    },
    'xfcc-issuer': told(trusted, 'SANITIZE_SET', { ...details, issuer: true }),
    'xfcc-json': told(trusted, 'SANITIZE_SET', { ...details, issuer: true, format: 'JSON' }),
    'xfcc-json-append': told(trusted, 'APPEND_FORWARD', { uri: true, dns: true, format: 'JSON' }),
    'xfcc-text-append': told(trusted, 'APPEND_FORWARD', { issuer: true }),
    'xfcc-matched': {
      ...context(trusted),
      manager: { forward_client_cert_details: 'FORWARD_ONLY', forward_client_cert_matcher: forwardMatcher },
    },
    ...Object.fromEntries(forwardModes.map((mode) => [`xfcc-${mode}`, forward(mode)])),
  };
}

function chain(name: string, certificate: CertificateFiles, names: readonly string[] = []) {
  return {
    name,
    match: { server_names: names },
    context: { common_tls_context: { tls_certificates: [shown(certificate)] } },
  };
}
