import type { Plain } from '../../../../src/base/plain.js';
import type { CertificateFiles } from '../../../support/certificates.js';
import type { DifferentialCase } from '../differential-case.js';
import { type Fields, filter, typed } from '../families/filter-family.js';
import { cluster } from '../network-bootstrap.js';
import type { NetworkListener } from '../network-listeners.js';
import type { NetworkFamily } from './network-family.js';

/** What the proxies show each other. */
export interface PeerCertificates {
  readonly ca: string;
  readonly server: CertificateFiles;
  readonly named: CertificateFiles;
  readonly nameless: CertificateFiles;
}

const rbac = (fields: Fields): Plain =>
  filter('envoy.filters.network.rbac', 'envoy.extensions.filters.network.rbac.v3.RBAC', {
    stat_prefix: 'own',
    ...fields,
  });
const leaf = (name: string): Fields => ({
  action: { name: 'a', typed_config: typed('envoy.config.rbac.v3.Action', { name, action: 'ALLOW' }) },
});
const input = (name: string): Plain => filter(name, `envoy.extensions.matching.common_inputs.${name}Input`);
const byText = (name: string, texts: readonly string[]): Plain =>
  rbac({
    matcher: {
      matcher_tree: {
        input: input(name),
        exact_match_map: { map: Object.fromEntries(texts.map((text) => [text, leaf(text || 'empty')])) },
      },
    },
    shadow_matcher: {
      matcher_list: {
        matchers: texts.slice(0, 1).map((text) => ({
          predicate: { single_predicate: { input: input(name), value_match: { prefix: text.slice(0, 5) } } },
          on_match: leaf('prefix'),
        })),
      },
      on_no_match: leaf('other'),
    },
  });
const byName = (principal: Fields): Plain =>
  rbac({ rules: { policies: { p: { permissions: [{ any: true }], principals: [principal] } } } });
const authenticated = (exact: string): Fields => ({ authenticated: { principal_name: { exact } } });

const checks: { readonly [name: string]: Plain } = {
  uri: byText('ssl.v3.UriSan', ['spiffe://td/a,spiffe://td/b', 'spiffe://td/a', '']),
  dns: byText('ssl.v3.DnsSan', ['a.test,b.test', '']),
  subject: byText('ssl.v3.Subject', ['CN=named,O=Org', 'CN=nameless', '']),
  'server-name': byText('network.v3.ServerName', ['asked.test', '']),
  'name-uri': byName(authenticated('spiffe://td/b')),
  'name-dns': byName(authenticated('a.test')),
  'name-subject': byName(authenticated('CN=nameless')),
  'name-any': byName({ authenticated: {} }),
};
const echo = filter('echo', 'envoy.extensions.filters.network.echo.v3.Echo');
const clients = ['named', 'nameless', 'nobody'] as const;

const file = (filename: string): Plain => ({ filename });
const shown = ({ cert, key }: CertificateFiles): Plain => [
  { certificate_chain: file(cert), private_key: file(key) },
];

/** Network filters that look at the peer of a TLS connection, whose client is the same proxy. */
export function peerFamily(certificates: PeerCertificates): NetworkFamily {
  const transport = {
    transport_socket: filter('tls', 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      common_tls_context: {
        tls_certificates: shown(certificates.server),
        validation_context: { trusted_ca: file(certificates.ca) },
      },
    }),
  };
  const connecting = (client: (typeof clients)[number]): Fields => ({
    transport_socket: filter('tls', 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      common_tls_context: {
        tls_params: { tls_maximum_protocol_version: 'TLSv1_3', ecdh_curves: ['X25519'] },
        ...(client === 'nobody' ? {} : { tls_certificates: shown(certificates[client]) }),
      },
      ...(client === 'nobody' ? {} : { sni: 'Asked.test' }),
    }),
  });
  const listeners: { [name: string]: NetworkListener } = {};
  for (const [name, check] of Object.entries(checks))
    listeners[`inner-${name}`] = {
      chains: () => ({ filter_chains: [{ filters: [check, echo], ...transport }] }),
    };
  for (const check of Object.keys(checks))
    for (const client of clients)
      listeners[`${check}-of-${client}`] = { proxy: { cluster: `${check}-of-${client}` } };
  return {
    listeners,
    clusters: ({ listeners }) =>
      Object.keys(checks).flatMap((check) =>
        clients.map((client) =>
          cluster(`${check}-of-${client}`, [listeners[`inner-${check}`] ?? 0], connecting(client)),
        ),
      ),
    cases: Object.keys(listeners)
      .filter((name) => !name.startsWith('inner-'))
      .map((listener): DifferentialCase => {
        return {
          name: `peer: ${listener}`,
          listener,
          steps: ['bytes', { text: 'bytes' }, 'end', 'closed'],
          probes: false,
          ignores: [/upstream_cx_[rt]x_bytes|inner-.*\.downstream_cx_[rt]x_bytes/],
        };
      }),
  };
}
