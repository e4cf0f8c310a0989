import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { ClientHello } from '../../../codec/tls/client-hello.js';
import { readOcspResponse } from '../../../codec/tls/ocsp-response.js';
import { type CertificateConfig, readCertificates } from './certificate-config.js';
import { LiveCertificate } from './certificate-facts.js';
import { type ClientOrder, cipherString } from './cipher-order.js';
import type { DownstreamTlsConfig } from './context-config.js';
import { type TicketKeys, useTicketKeys } from './server-socket.js';
import { cipherIds, defaultSignatureAlgorithms } from './tls-params.js';
import type { ValidationConfig } from './validation-config.js';

/** Groups and signature schemes that go with the curves of keys (RFC 8446, sections 4.2.3 and 4.2.7). */
const curves: { readonly [name: string]: { readonly group: number; readonly scheme: number } } = {
  prime256v1: { group: 0x17, scheme: 0x0403 },
  secp384r1: { group: 0x18, scheme: 0x0503 },
  secp521r1: { group: 0x19, scheme: 0x0603 },
};

const tls13 = 0x0304;

/** What happens to a stapled response in one handshake. */
export type StapleAction = 'none' | 'staple' | 'fail';

/** A certificate of a server, with the contexts made of it so far. */
export class ServerCertificate {
  readonly leaf: LiveCertificate | null;
  /** DNS names, or the common name of a certificate that has none. */
  readonly names: readonly string[];
  readonly isEcdsa: boolean;
  readonly staple: Buffer | null;
  private readonly curve: { readonly group: number; readonly scheme: number } | null;
  private readonly stapleEndsMs: number;
  private readonly config: CertificateConfig;
  private readonly tls: DownstreamTlsConfig;
  private readonly validation: ValidationConfig | null;
  private readonly ticketKeys: TicketKeys | null;
  /** Code points of the configured ciphers below TLS 1.3 that go with its kind of key. */
  private readonly ecdsaCiphers: readonly number[];
  private readonly contexts: Map<string, SecureContext>;
  /** Set before the first handshake: it follows from all certificates of a chain. */
  sessionContext: string;

  constructor(
    config: CertificateConfig,
    tls: DownstreamTlsConfig,
    validation: ValidationConfig | null,
    ticketKeys: TicketKeys | null,
  ) {
    const x509 = readCertificates(config.chain)?.[0];
    this.config = config;
    this.tls = tls;
    this.validation = validation;
    this.ticketKeys = ticketKeys;
    this.ecdsaCiphers = tls.context.params.cipherGroups
      .flat()
      .flatMap((name) => (name.startsWith('ECDHE-ECDSA-') ? (cipherIds[name] ?? []) : []));
    this.contexts = new Map();
    this.sessionContext = '';
    this.leaf = x509 === undefined ? null : LiveCertificate.of(x509.raw);
    const dns = this.leaf?.dnsSans ?? [];
    this.names = (dns.length > 0 ? dns : (this.leaf?.parsed.commonNames ?? [])).map((name) =>
      name.toLowerCase(),
    );
    this.isEcdsa = x509?.publicKey.asymmetricKeyType === 'ec';
    this.curve = curves[x509?.publicKey.asymmetricKeyDetails?.namedCurve ?? ''] ?? null;
    this.staple = config.ocspStaple === null ? null : Buffer.from(config.ocspStaple);
    this.stapleEndsMs = this.staple === null ? 0 : (readOcspResponse(this.staple)?.nextUpdateMs ?? 0);
  }

  /** Whether that client can check this certificate's signatures. */
  suits(hello: ClientHello): boolean {
    if (!this.isEcdsa) return true;
    if (this.curve === null || !hello.signatureAlgorithms.includes(this.curve.scheme)) return false;
    if (hello.supportedVersions.includes(tls13) && this.tls.context.params.maxVersion === 'TLSv1.3')
      return true;
    const offered = hello.cipherSuites;
    return (
      hello.supportedGroups.includes(this.curve.group) && this.ecdsaCiphers.some((id) => offered.includes(id))
    );
  }

  stapleAction(hello: ClientHello, wallMs: number): StapleAction {
    if (!hello.wantsOcsp) return this.leaf?.parsed.hasMustStaple === true ? 'fail' : 'none';
    const isCurrent = this.staple !== null && this.stapleEndsMs > wallMs;
    if (isCurrent) return 'staple';
    switch (this.tls.ocspPolicy) {
      case 'LENIENT_STAPLING':
        return 'none';
      case 'STRICT_STAPLING':
        return this.staple === null ? 'none' : 'fail';
      case 'MUST_STAPLE':
        return 'fail';
    }
  }

  /** The context for a client that orders its ciphers like that. */
  context(order: ClientOrder): SecureContext {
    let context = this.contexts.get(order.key);
    if (context === undefined) {
      context = this.makeContext(order);
      this.contexts.set(order.key, context);
    }
    return context;
  }

  private makeContext(order: ClientOrder): SecureContext {
    const { config, tls, validation } = this;
    const { params } = tls.context;
    const credentials =
      config.pkcs12 === null
        ? { cert: config.chain, key: config.key }
        : { pfx: Buffer.from(config.pkcs12), passphrase: config.password };
    const context = createSecureContext({
      ...credentials,
      ca: validation === null || validation.trustedCa === '' ? [] : validation.trustedCa,
      ...crlOption(validation),
      ...{ allowPartialTrustChain: true },
      minVersion: params.minVersion,
      maxVersion: params.maxVersion,
      ciphers: cipherString(params, order),
      ecdhCurve: order.groups.join(':'),
      sigalgs: signatureList(params.signatureAlgorithms),
      secureOptions:
        constants.SSL_OP_CIPHER_SERVER_PREFERENCE |
        constants.SSL_OP_NO_RENEGOTIATION |
        (this.ticketKeys === null ? constants.SSL_OP_NO_TICKET : 0),
      sessionIdContext: this.sessionContext,
      sessionTimeout: tls.sessionTimeoutS,
    });
    if (this.ticketKeys !== null) useTicketKeys(context, this.ticketKeys, order.speaks13);
    return context;
  }
}

/** Certificates with the other kinds of keys sign with their own scheme. */
function signatureList(names: readonly string[]): string {
  return (
    names === defaultSignatureAlgorithms ? [...names, 'ed25519', 'ecdsa_secp521r1_sha512'] : names
  ).join(':');
}

const pemCrls = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g;

/** Revocation lists, those among the authorities too. Lists for the leaf alone are checked elsewhere. */
export function crlOption(validation: ValidationConfig | null): { crl?: string[] } {
  if (validation === null || validation.crlForLeafOnly) return {};
  const lists = `${validation.crl}\n${validation.trustedCa}`.match(pemCrls) ?? [];
  return lists.length > 0 ? { crl: [...lists] } : {};
}
