import { rootCertificates } from 'node:tls';
import type { ConfigNode } from '../../../api/config-node.js';
import { parseStringMatcher, type StringMatcherConfig } from '../../../match/string-matcher.js';
import { pathOf, readCertificates } from './certificate-config.js';

export type SanType = 'EMAIL' | 'DNS' | 'URI' | 'IP_ADDRESS' | 'OTHER_NAME';

export type SanMatcherConfig = {
  /** Empty: any type. */
  readonly type: SanType | '';
  readonly matcher: StringMatcherConfig;
  readonly oid: string;
};

/** `CertificateValidationContext`: how the certificate of a peer is judged. */
export type ValidationConfig = {
  /** PEM; empty: nothing is verified against authorities. */
  readonly trustedCa: string;
  readonly caPath: string;
  readonly crl: string;
  /** Hexadecimal SHA-256 of certificates, base64 SHA-256 of public keys: one hit in either list suffices. */
  readonly hashes: readonly string[];
  readonly spkis: readonly string[];
  readonly sans: readonly SanMatcherConfig[];
  readonly allowsExpired: boolean;
  readonly acceptsUntrusted: boolean;
  readonly crlForLeafOnly: boolean;
  /** Authorities above the leaf; -1 = the default of 100. */
  readonly maxDepth: number;
  /** SPIFFE: PEM bundles by trust domain; null = plain verification. */
  readonly trustDomains: { readonly [domain: string]: string } | null;
};

const spiffeType = 'envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig';

/** Reads `CertificateValidationContext`. */
export function parseValidation(node: ConfigNode): ValidationConfig {
  node.unsupported('ca_certificate_provider_instance', 'give trusted_ca');
  node.noEffect('require_signed_certificate_timestamp', 'Envoy does not look at it either');
  node.noEffect('watched_directory', 'Envoy watches files of secrets alone: give the context as a secret');
  const trustedCa = parseTrustedCa(node);
  const crl = node.dataSource('crl') ?? '';
  const sans = [...parseSans(node), ...parseOldSans(node)];
  const allowsExpired = node.bool('allow_expired_certificate');
  const trustDomains = parseValidator(node);
  const hasCa = trustedCa !== '' || trustDomains !== null;
  if (!hasCa && crl !== '')
    node.error(`Failed to load CRL from ${pathOf(node, 'crl')} without trusted CA`, 'crl');
  if (!hasCa && sans.length > 0) {
    node.error('SAN-based verification of peer certificates without trusted CA is insecure and not allowed');
  }
  if (!hasCa && allowsExpired)
    node.error(
      'Certificate validity period is always ignored without trusted CA',
      'allow_expired_certificate',
    );
  node.noEffect('suppress_client_ca_list', 'the TLS library always sends the names of the authorities');
  return {
    trustedCa,
    caPath: pathOf(node, 'trusted_ca'),
    crl,
    hashes: parseHashes(node),
    spkis: parseSpkis(node),
    sans,
    allowsExpired,
    acceptsUntrusted: node.enum('trust_chain_verification') === 'ACCEPT_UNTRUSTED',
    crlForLeafOnly: node.bool('only_verify_leaf_cert_crl'),
    maxDepth: node.optionalNumber('max_verify_depth') ?? -1,
    trustDomains,
  };
}

function parseTrustedCa(node: ConfigNode): string {
  if (node.message('system_root_certs') !== undefined && !node.has('trusted_ca'))
    return rootCertificates.join('\n');
  const pem = node.dataSource('trusted_ca');
  if (pem === undefined) return '';
  if ((readCertificates(pem)?.length ?? 0) > 0) return pem;
  node.error(`Failed to load trusted CA certificates from ${pathOf(node, 'trusted_ca')}`, 'trusted_ca');
  return '';
}

function parseHashes(node: ConfigNode): readonly string[] {
  return node.strings('verify_certificate_hash').map((text) => {
    const digits = text.replaceAll(':', '').toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(digits))
      node.error(`Invalid hex-encoded SHA-256 ${text}`, 'verify_certificate_hash');
    return digits;
  });
}

function parseSpkis(node: ConfigNode): readonly string[] {
  const texts = node.strings('verify_certificate_spki');
  for (const text of texts) {
    if (!/^[A-Za-z0-9+/]{43}=$/.test(text))
      node.error(`Invalid base64-encoded SHA-256 ${text}`, 'verify_certificate_spki');
  }
  return texts;
}

function parseSans(node: ConfigNode): readonly SanMatcherConfig[] {
  return node.list('match_typed_subject_alt_names').flatMap((entry) => {
    const type = entry.enum('san_type') as SanType;
    const oid = entry.string('oid');
    const matcher = entry.message('matcher');
    if (type === 'OTHER_NAME' && !/^[0-2](?:\.\d+)+$/.test(oid)) {
      entry.error(`Failed to create SAN matcher for OTHER_NAME with OID: ${oid}`, 'oid');
    }
    return matcher === undefined ? [] : [{ type, matcher: parseStringMatcher(matcher), oid }];
  });
}

function parseOldSans(node: ConfigNode): readonly SanMatcherConfig[] {
  if (node.has('match_typed_subject_alt_names')) {
    node.noEffect('match_subject_alt_names', 'match_typed_subject_alt_names takes its place');
    return [];
  }
  return node
    .list('match_subject_alt_names')
    .map((entry) => ({ type: '', matcher: parseStringMatcher(entry), oid: '' }));
}

/** SPIFFE is the one validator of Envoy's that is known here. */
function parseValidator(node: ConfigNode): { readonly [domain: string]: string } | null {
  const validator = node.message('custom_validator_config');
  if (validator === undefined) return null;
  validator.string('name');
  const config = validator.message('typed_config');
  if (config?.typeName !== spiffeType) {
    node.unsupported('custom_validator_config', 'envoy.tls.cert_validator.spiffe is');
    return null;
  }
  config.unsupported('trust_bundles', 'give trust_domains');
  const domains: { [domain: string]: string } = {};
  for (const domain of config.list('trust_domains')) {
    const name = domain.string('name');
    domain.unsupported('workload_trust_domain');
    if (domains[name] !== undefined)
      domain.error(`Multiple trust bundles are given for one trust domain for ${name}`);
    const bundle = domain.dataSource('trust_bundle') ?? '';
    if ((readCertificates(bundle)?.length ?? 0) === 0)
      domain.error(`Failed to load trusted CA certificate for ${name}`, 'trust_bundle');
    domains[name] = bundle;
  }
  return domains;
}

/** A context from discovery over the configured one: what it sets wins, lists are joined, flags are or-ed. */
export function mergeValidation(base: ValidationConfig, over: ValidationConfig): ValidationConfig {
  return {
    trustedCa: over.trustedCa || base.trustedCa,
    caPath: over.trustedCa === '' ? base.caPath : over.caPath,
    crl: over.crl || base.crl,
    hashes: [...base.hashes, ...over.hashes],
    spkis: [...base.spkis, ...over.spkis],
    sans: [...base.sans, ...over.sans],
    allowsExpired: base.allowsExpired || over.allowsExpired,
    acceptsUntrusted: base.acceptsUntrusted || over.acceptsUntrusted,
    crlForLeafOnly: base.crlForLeafOnly || over.crlForLeafOnly,
    maxDepth: over.maxDepth >= 0 ? over.maxDepth : base.maxDepth,
    trustDomains: over.trustDomains ?? base.trustDomains,
  };
}
