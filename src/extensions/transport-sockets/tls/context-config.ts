import { closeSync, openSync } from 'node:fs';
import type { ConfigNode } from '../../../api/config-node.js';
import { type CertificateConfig, parseCertificate } from './certificate-config.js';
import { parseSecretReference, parseTicketKeys } from './secret-config.js';
import { parseTlsParams, type TlsParamsConfig } from './tls-params.js';
import { parseValidation, type ValidationConfig } from './validation-config.js';

/** `CommonTlsContext`. */
export type TlsContextConfig = {
  readonly params: TlsParamsConfig;
  readonly certificates: readonly CertificateConfig[];
  /** Keys of certificates that are secrets; used when `certificates` is empty. */
  readonly certificateSecrets: readonly string[];
  /** Null: peers' certificates are not looked at. A secret is laid over it. */
  readonly validation: ValidationConfig | null;
  /** Key of a secret; empty when there is none. */
  readonly validationSecret: string;
  readonly alpn: readonly string[];
  readonly keyLog: KeyLogConfig | null;
};

export type KeyLogConfig = {
  readonly path: string;
  /** CIDR ranges `address/length`; empty: every address. */
  readonly local: readonly string[];
  readonly remote: readonly string[];
};

export type DownstreamTlsConfig = {
  readonly context: TlsContextConfig;
  readonly requiresClientCertificate: boolean;
  readonly ticketKeys: readonly Uint8Array[];
  readonly ticketKeysSecret: string;
  readonly usesTickets: boolean;
  /** Sessions of clients that know no tickets are kept. */
  readonly keepsSessions: boolean;
  readonly sessionTimeoutS: number;
  readonly ocspPolicy: 'LENIENT_STAPLING' | 'STRICT_STAPLING' | 'MUST_STAPLE';
  readonly scansOnSniMismatch: boolean;
  readonly prefersClientCiphers: boolean;
};

export type UpstreamTlsConfig = {
  readonly context: TlsContextConfig;
  readonly sni: string;
  readonly autoHostSni: boolean;
  readonly autoSniSanValidation: boolean;
  readonly maxSessionKeys: number;
};

/** Of Envoy's library, up to TLS 1.2. */
const defaultSessionMs = 7_200_000;

/** Reads `DownstreamTlsContext`. */
export function parseDownstreamTls(node: ConfigNode): DownstreamTlsConfig {
  const context = parseContext(node, true);
  if (context.certificates.length === 0 && context.certificateSecrets.length === 0)
    node.error('No TLS certificates found for server context');
  if (context.certificates.length > 0 && context.certificateSecrets.length > 0)
    node.error('SDS and non-SDS TLS certificates may not be mixed in server contexts');
  const requiresClientCertificate = node.bool('require_client_certificate');
  const hasValidation = context.validation !== null || context.validationSecret !== '';
  if (requiresClientCertificate && !hasValidation) {
    node.warn(
      'without a validation context any certificate will do; Envoy would not even ask for one',
      'require_client_certificate',
    );
  }
  const ocspPolicy = node.enum('ocsp_staple_policy', 'LENIENT_STAPLING');
  if (ocspPolicy === 'MUST_STAPLE' && context.certificates.some((it) => it.ocspStaple === null))
    node.error('Required OCSP response is missing from TLS context', 'ocsp_staple_policy');
  node.noEffect('require_sni', 'Envoy does not look at it either');
  const keys = node.message('session_ticket_keys');
  const keysSecret = node.message('session_ticket_keys_sds_secret_config');
  return {
    context,
    requiresClientCertificate,
    ticketKeys: keys === undefined ? [] : parseTicketKeys(keys),
    ticketKeysSecret: keysSecret === undefined ? '' : parseSecretReference(keysSecret, 'session_ticket_keys'),
    usesTickets: !node.bool('disable_stateless_session_resumption'),
    keepsSessions: !node.bool('disable_stateful_session_resumption'),
    sessionTimeoutS: Math.trunc((node.duration('session_timeout', 0) || defaultSessionMs) / 1000),
    ocspPolicy: ocspPolicy as DownstreamTlsConfig['ocspPolicy'],
    scansOnSniMismatch: node.bool('full_scan_certs_on_sni_mismatch'),
    prefersClientCiphers: node.bool('prefer_client_ciphers'),
  };
}

/** Reads `UpstreamTlsContext`. */
export function parseUpstreamTls(node: ConfigNode): UpstreamTlsConfig {
  const context = parseContext(node, false);
  if (context.certificates.length + context.certificateSecrets.length > 1)
    node.error('Multiple TLS certificates are not supported for client contexts');
  const sni = node.string('sni');
  if (sni.includes('\0')) node.error('SNI names containing NULL-byte are not allowed', 'sni');
  const autoSniSanValidation = node.bool('auto_sni_san_validation');
  const trusts = context.validationSecret !== '' || (context.validation?.trustedCa ?? '') !== '';
  if (autoSniSanValidation && !trusts)
    node.error("'auto_sni_san_validation' was configured without a validation context");
  node.noEffect('allow_renegotiation', 'TLS 1.2 renegotiation is never agreed to');
  node.noEffect('enforce_rsa_key_usage', 'the TLS library decides which key usages it asks for');
  return {
    context,
    sni,
    autoHostSni: node.bool('auto_host_sni'),
    autoSniSanValidation,
    maxSessionKeys: node.number('max_session_keys', 1),
  };
}

function parseContext(parent: ConfigNode, isServer: boolean): TlsContextConfig {
  const node = parent.message('common_tls_context');
  if (node === undefined) {
    return {
      params: parseTlsParams(undefined, isServer),
      certificates: [],
      certificateSecrets: [],
      validation: null,
      validationSecret: '',
      alpn: [],
      keyLog: null,
    };
  }
  node.unsupported('custom_handshaker');
  node.unsupported('custom_tls_certificate_selector');
  for (const provider of [
    'tls_certificate_provider_instance',
    'tls_certificate_certificate_provider',
    'tls_certificate_certificate_provider_instance',
    'validation_context_certificate_provider',
    'validation_context_certificate_provider_instance',
  ] as const) {
    node.unsupported(provider);
  }
  const certificates = node
    .list('tls_certificates')
    .flatMap((entry) => parseCertificate(entry, isServer) ?? []);
  const certificateSecrets = node
    .list('tls_certificate_sds_secret_configs')
    .map((entry) => parseSecretReference(entry, 'tls_certificate'));
  const alpn = node.strings('alpn_protocols');
  if (alpn.some((protocol) => protocol.length > 255))
    node.error('Invalid ALPN protocol string', 'alpn_protocols');
  return {
    params: parseTlsParams(node.message('tls_params'), isServer),
    certificates,
    certificateSecrets,
    ...parseValidationSources(node),
    alpn: alpn.flatMap((entry) => entry.split(',')).filter((protocol) => protocol !== ''),
    keyLog: parseKeyLog(node.message('key_log')),
  };
}

function parseValidationSources(node: ConfigNode): {
  readonly validation: ValidationConfig | null;
  readonly validationSecret: string;
} {
  const combined = node.message('combined_validation_context');
  const own = node.message('validation_context') ?? combined?.message('default_validation_context');
  const secret =
    node.message('validation_context_sds_secret_config') ??
    combined?.message('validation_context_sds_secret_config');
  combined?.unsupported('validation_context_certificate_provider');
  combined?.unsupported('validation_context_certificate_provider_instance');
  return {
    validation: own === undefined ? null : parseValidation(own),
    validationSecret: secret === undefined ? '' : parseSecretReference(secret, 'validation_context'),
  };
}

function parseKeyLog(node: ConfigNode | undefined): KeyLogConfig | null {
  if (node === undefined) return null;
  const ranges = (field: string): string[] =>
    node.list(field).map((range) => `${range.string('address_prefix')}/${range.number('prefix_len', 0)}`);
  const path = node.string('path');
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    node.error(`unable to open file '${path}': No such file or directory`, 'path');
  }
  return {
    path,
    local: ranges('local_address_range'),
    remote: ranges('remote_address_range'),
  };
}
