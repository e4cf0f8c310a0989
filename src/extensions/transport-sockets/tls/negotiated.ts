import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ClientHello } from '../../../codec/tls/client-hello.js';
import type { LiveCertificate } from './certificate-facts.js';
import { sharedGroup } from './cipher-order.js';
import type { LiveTlsInfo } from './live-tls-info.js';
import type { TlsParamsConfig } from './tls-params.js';

/** What the library does not tell of a handshake and follows from what it was given. */

/** The group that a server agreed on. */
export function groupOfHello(
  params: TlsParamsConfig,
  hello: ClientHello | null,
  { version, cipher }: LiveTlsInfo,
): string {
  const usesGroup = version === 'TLSv1.3' || cipher.startsWith('ECDHE-');
  return hello === null || !usesGroup ? '' : (sharedGroup(params, hello) ?? '');
}

/** The group that a client agreed on. */
export function curveOfClient(socket: TLSSocket): string {
  const info = socket.getEphemeralKeyInfo();
  const name = info !== null && 'name' in info && typeof info.name === 'string' ? info.name : '';
  return name === 'prime256v1' ? 'P-256' : name.replace('secp384r1', 'P-384').replace('secp521r1', 'P-521');
}

const schemeOfCurve: { readonly [curve: string]: string } = {
  prime256v1: 'ecdsa_secp256r1_sha256',
  secp384r1: 'ecdsa_secp384r1_sha384',
  secp521r1: 'ecdsa_secp521r1_sha512',
};

/** The scheme that a peer signs with: its key leaves one choice, or our list names the one it prefers. */
export function signatureNameOf({ parsed }: LiveCertificate): string {
  const { publicKey } = new X509Certificate(parsed.der);
  switch (publicKey.asymmetricKeyType) {
    case 'ec':
      return schemeOfCurve[publicKey.asymmetricKeyDetails?.namedCurve ?? ''] ?? '';
    case 'ed25519':
      return 'ed25519';
    case 'rsa':
      return 'rsa_pss_rsae_sha256';
    default:
      return '';
  }
}
