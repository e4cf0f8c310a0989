import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { ConfigNode } from '../../../api/config-node.js';
import { readOcspResponse } from '../../../codec/tls/ocsp-response.js';

/** A certificate with its key, ready to be used; plain, so that it crosses threads. */
export type CertificateConfig = {
  /** PEM, the leaf first. Empty with `pkcs12`. */
  readonly chain: string;
  /** PEM without a password. Empty with `pkcs12`. */
  readonly key: string;
  readonly pkcs12: Uint8Array | null;
  readonly password: string;
  /** DER, null when none is stapled. */
  readonly ocspStaple: Uint8Array | null;
  readonly path: string;
};

const pemCertificate =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** The certificates of a PEM text, in order; null when one of them cannot be read. */
export function readCertificates(pem: string): readonly X509Certificate[] | null {
  try {
    return (pem.match(pemCertificate) ?? []).map((block) => new X509Certificate(block));
  } catch {
    return null;
  }
}

/** Reads `TlsCertificate`; undefined with a problem told. */
export function parseCertificate(node: ConfigNode, isServer: boolean): CertificateConfig | undefined {
  node.unsupported('private_key_provider', 'keys are files, text or environment variables');
  node.noEffect('signed_certificate_timestamp', 'Envoy does not send it either');
  node.unsupported('tls_params', 'parameters stand in the context');
  node.noEffect(
    'watched_directory',
    'Envoy watches files of secrets alone: give the certificate as a secret',
  );
  const password = node.dataSource('password') ?? '';
  const ocspStaple = parseStaple(node, isServer);
  if (node.has('private_key_provider')) return undefined;
  if (node.has('pkcs12')) return parsePkcs12(node, password, ocspStaple);
  const path = pathOf(node, 'certificate_chain');
  const chain = node.dataSource('certificate_chain') ?? '';
  const keyText = node.dataSource('private_key') ?? '';
  if (chain === '') {
    node.error(`Failed to load incomplete certificate from ${path}: certificate chain not set`);
    return undefined;
  }
  if (keyText === '') {
    node.error(`Failed to load incomplete private key from path: ${pathOf(node, 'private_key')}`);
    return undefined;
  }
  const leaf = readCertificates(chain)?.[0];
  if (leaf === undefined) {
    node.error(`Failed to load certificate chain from ${path}`, 'certificate_chain');
    return undefined;
  }
  const keyPath = pathOf(node, 'private_key');
  const key = readKey(keyText, password);
  if (typeof key === 'string') {
    node.error(`Failed to load private key from ${keyPath}, Cause: ${key}`, 'private_key');
    return undefined;
  }
  const problem = leafProblem(leaf, path) ?? mismatch(leaf, key, keyPath);
  if (problem !== undefined) {
    node.error(problem, 'certificate_chain');
    return undefined;
  }
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { chain, key: pem, pkcs12: null, password: '', ocspStaple, path };
}

/** Clients have nothing to staple; theirs is not looked into. */
function parseStaple(node: ConfigNode, isServer: boolean): Uint8Array | null {
  if (node.message('ocsp_staple')?.oneof('specifier') === 'inline_string') {
    node.error('OCSP staple cannot be provided via inline_string', 'ocsp_staple');
    return null;
  }
  const bytes = node.dataBytes('ocsp_staple');
  if (bytes === undefined || bytes.length === 0 || !isServer) return null;
  if (readOcspResponse(Buffer.from(bytes)) === null)
    node.error('OCSP response: not a well-formed, successful answer', 'ocsp_staple');
  return bytes;
}

function parsePkcs12(
  node: ConfigNode,
  password: string,
  ocspStaple: Uint8Array | null,
): CertificateConfig | undefined {
  for (const other of ['certificate_chain', 'private_key'] as const) {
    if (!node.has(other)) continue;
    node.error(`Certificate configuration can't have both pkcs12 and ${other}`, other);
    node.message(other)?.honourAll();
  }
  const path = pathOf(node, 'pkcs12');
  const pkcs12 = node.dataBytes('pkcs12');
  if (pkcs12 === undefined) return undefined;
  try {
    createSecureContext({ pfx: Buffer.from(pkcs12), passphrase: password, ca: [] });
  } catch {
    node.error(`Failed to load pkcs12 from ${path}`, 'pkcs12');
    return undefined;
  }
  return { chain: '', key: '', pkcs12, password, ocspStaple, path };
}

/** The key, or why there is none in the words of Envoy's library. */
function readKey(text: string, passphrase: string): KeyObject | string {
  if (!text.includes('-----BEGIN')) return 'error:0900006e:PEM routines:OPENSSL_internal:NO_START_LINE';
  try {
    return createPrivateKey(passphrase === '' ? text : { key: text, passphrase });
  } catch {
    if (!/ENCRYPTED/.test(text)) return 'error:0900006e:PEM routines:OPENSSL_internal:NO_START_LINE';
    return passphrase === ''
      ? 'error:09000068:PEM routines:OPENSSL_internal:BAD_PASSWORD_READ'
      : 'error:1e000065:Cipher functions:OPENSSL_internal:BAD_DECRYPT';
  }
}

function leafProblem(leaf: X509Certificate, path: string): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = leaf.publicKey;
  if (type === 'rsa' && (details?.modulusLength ?? 0) < 2048) {
    return `Failed to load certificate chain from ${path}, only RSA certificates with 2048-bit or larger keys are supported`;
  }
  return undefined;
}

function mismatch(leaf: X509Certificate, key: KeyObject, path: string): string | undefined {
  if (leaf.checkPrivateKey(key)) return undefined;
  const isSameType = leaf.publicKey.asymmetricKeyType === key.asymmetricKeyType;
  const reason = isSameType
    ? '74:X.509 certificate routines:OPENSSL_internal:KEY_VALUES'
    : '73:X.509 certificate routines:OPENSSL_internal:KEY_TYPE';
  return `Failed to load private key from ${path}, Cause: error:0b0000${reason}_MISMATCH`;
}

/** Where a data source comes from, as problems and `/certs` name it. */
export function pathOf(node: ConfigNode, field: string): string {
  return node.message(field)?.string('filename') || '<inline>';
}
