import type { Json } from './tls-bootstrap.js';
import { hashPin, keyPin, type TlsCertificates } from './tls-certificates.js';
import { file, shown } from './tls-contexts.js';

/** How one cluster trusts its host, and the host of `tlsOrigins` that it talks to. */
export interface UpstreamContext {
  readonly origin: string;
  readonly context: Json;
  readonly more?: Json;
}

type Maker = (certificates: TlsCertificates) => UpstreamContext;

function trusting(origin: string, validation: Json = {}, more: Json = {}, common: Json = {}): Maker {
  return ({ ca }) => ({
    origin,
    context: {
      common_tls_context: { validation_context: { trusted_ca: file(ca), ...validation }, ...common },
      ...more,
    },
  });
}

const named = (san_type: string, exact: string): Json => ({
  match_typed_subject_alt_names: [{ san_type, matcher: { exact } }],
});

/** Protocol options of a cluster that names and checks hosts after the request. */
const autoSni: Json = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      upstream_http_protocol_options: { auto_sni: true, auto_san_validation: true },
      explicit_http_config: { http_protocol_options: {} },
    },
  },
};

/** Clusters by name. */
export const upstreamContexts: { readonly [name: string]: Maker } = {
  blind: () => ({ origin: 'expired', context: {} }),
  good: trusting('good', {}, { sni: 'good.test' }),
  expired: trusting('expired'),
  future: trusting('future'),
  foreign: trusting('foreign'),
  'allow-expired': trusting('expired', { allow_expired_certificate: true }),
  'accept-untrusted': trusting('foreign', { trust_chain_verification: 'ACCEPT_UNTRUSTED' }),
  revoked: ({ ca, revocations }) => ({
    origin: 'revoked',
    context: {
      common_tls_context: { validation_context: { trusted_ca: file(ca), crl: file(revocations) } },
    },
  }),
  'right-san': trusting('good', named('DNS', 'good.test')),
  'wrong-san': trusting('good', named('DNS', 'else.test')),
  'wrong-uri': trusting('good', named('URI', 'spiffe://td/else')),
  'right-hash': ({ peers }) => ({
    origin: 'good',
    context: {
      common_tls_context: { validation_context: { verify_certificate_hash: [hashPin(peers.good)] } },
    },
  }),
  'wrong-hash': ({ peers }) => ({
    origin: 'good',
    context: {
      common_tls_context: { validation_context: { verify_certificate_hash: [hashPin(peers.rsa)] } },
    },
  }),
  'wrong-key': ({ peers }) => ({
    origin: 'good',
    context: { common_tls_context: { validation_context: { verify_certificate_spki: [keyPin(peers.rsa)] } } },
  }),
  'auto-right': (it) => ({ ...trusting('good')(it), more: autoSni }),
  'client-none': trusting('asks'),
  'client-good': (it) => trusting('asks', {}, {}, { tls_certificates: [shown(it.peers.good)] })(it),
  'client-foreign': (it) => trusting('asks', {}, {}, { tls_certificates: [shown(it.peers.foreign)] })(it),
  'clear-text': trusting('clear'),
  'only-13': trusting('only-13'),
  'up-to-13': trusting('only-13', {}, {}, { tls_params: { tls_maximum_protocol_version: 'TLSv1_3' } }),
  'no-shared-cipher': trusting(
    'good',
    {},
    {},
    { tls_params: { cipher_suites: ['ECDHE-RSA-AES128-GCM-SHA256'] } },
  ),
  alpn: trusting('good', {}, {}, { alpn_protocols: ['http/1.1'] }),
  resets: trusting('resets'),
  closes: trusting('closes'),
};
