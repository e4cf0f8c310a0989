import { createHash, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Certificate, SubjectAltName } from '../../../codec/tls/certificate.js';
import { buildStringMatcher, type StringPredicate } from '../../../match/string-matcher.js';
import { readCertificates } from './certificate-config.js';
import type { LiveCertificate } from './certificate-facts.js';
import { checkChain } from './chain-check.js';
import { T } from './tls-stats.js';
import type { SanMatcherConfig, ValidationConfig } from './validation-config.js';

/** How a peer's certificate was found: `stat` of `TlsStats.ssl` counts a refusal, `detail` says why. */
export interface PeerVerdict {
  readonly isAccepted: boolean;
  readonly isValidated: boolean;
  /** Slot to count, -1 for none. */
  readonly stat: number;
  readonly detail: string;
}

/** What was shown, and what the library said of it. */
export interface PeerShown {
  readonly leaf: LiveCertificate | null;
  /** The leaf first. */
  readonly chain: readonly LiveCertificate[];
  /** Code of OpenSSL's verification, empty when it found nothing wrong. */
  readonly verifyError: string;
  /** DNS names of which the certificate needs one, besides what is configured; empty: none. */
  readonly extraNames: readonly string[];
  readonly nowMs: number;
}

const accepted: PeerVerdict = { isAccepted: true, isValidated: true, stat: -1, detail: '' };
const unchecked: PeerVerdict = { isAccepted: true, isValidated: false, stat: -1, detail: '' };

/** As in Envoy: only the handshake that looked at the certificate calls it validated, and counts what was wrong. */
export const acceptedBefore = unchecked;

/** The library refuses such clients; this is for the case that one comes through. */
export const nothingShown: PeerVerdict = {
  isAccepted: false,
  isValidated: false,
  stat: T.fail_verify_no_cert,
  detail: '',
};

/** Judges peers' certificates by one validation context. */
export class PeerCheck {
  /** Whether OpenSSL's own verification does not say it all. */
  readonly needsOwnChain: boolean;
  private readonly config: ValidationConfig | null;
  private readonly sans: readonly SanPredicate[];
  private readonly anchors: readonly X509Certificate[];
  private readonly domains: ReadonlyMap<string, readonly X509Certificate[]>;

  constructor(config: ValidationConfig | null) {
    this.config = config;
    this.sans = config?.sans.map(sanPredicate) ?? [];
    this.needsOwnChain =
      config !== null &&
      (config.allowsExpired || config.crlForLeafOnly || config.maxDepth >= 0 || config.trustDomains !== null);
    this.anchors = this.needsOwnChain ? (readCertificates(config?.trustedCa ?? '') ?? []) : [];
    this.domains = new Map(
      Object.entries(config?.trustDomains ?? {}).map(([name, pem]) => [name, readCertificates(pem) ?? []]),
    );
  }

  /** Whether a server asks its clients for a certificate. */
  get asks(): boolean {
    const { config } = this;
    return config !== null && (this.verifiesChain || config.hashes.length > 0 || config.spkis.length > 0);
  }

  /** Whether a client that shows none is refused. */
  get insists(): boolean {
    const { config } = this;
    if (config === null) return false;
    return (
      config.trustDomains !== null || config.hashes.length + config.spkis.length + config.sans.length > 0
    );
  }

  private get verifiesChain(): boolean {
    return this.config !== null && (this.config.trustedCa !== '' || this.config.trustDomains !== null);
  }

  judge(shown: PeerShown): PeerVerdict {
    const { config } = this;
    const { leaf } = shown;
    if (config === null || leaf === null) return unchecked;
    let hasProof = false;
    if (this.verifiesChain) {
      const problem = this.chainProblem(config, shown);
      if (problem !== '') return refusal(config, T.fail_verify_error, problem);
      hasProof = true;
    }
    const names = this.namesProblem(leaf.parsed, shown.extraNames);
    if (names !== '') return refusal(config, T.fail_verify_san, names);
    if (config.hashes.length > 0 || config.spkis.length > 0) {
      if (!this.isPinned(config, leaf)) return refusal(config, T.fail_verify_cert_hash, 'cert hash and spki');
      hasProof = true;
    }
    return hasProof ? accepted : unchecked;
  }

  private namesProblem(leaf: Certificate, extraNames: readonly string[]): string {
    const own = (): string => leaf.altNames.map((name) => name.value).join(', ');
    if (extraNames.length > 0 && !extraNames.some((name) => hasDnsName(leaf, name))) {
      return `verify SAN list, expected SANs: [${extraNames.join(', ')}], certificate SANs: [${own()}]`;
    }
    if (this.sans.length > 0 && !this.sans.some((accepts) => leaf.altNames.some(accepts))) {
      return `SAN matcher, certificate SANs are [${own()}]`;
    }
    return '';
  }

  private isPinned(config: ValidationConfig, leaf: LiveCertificate): boolean {
    if (config.hashes.includes(leaf.sha256)) return true;
    if (config.spkis.length === 0) return false;
    return config.spkis.includes(createHash('sha256').update(leaf.parsed.spki).digest('base64'));
  }

  private chainProblem(config: ValidationConfig, shown: PeerShown): string {
    if (!this.needsOwnChain) return shown.verifyError === '' ? '' : chainText(shown.verifyError, shown);
    const anchors =
      config.trustDomains === null ? this.anchors : this.anchorsOf(shown.leaf as LiveCertificate);
    if (anchors === null) return 'X509_verify_cert: no trust bundle for the trust domain';
    const problem = checkChain(shown.chain, anchors, {
      allowsExpired: config.allowsExpired,
      maxDepth: config.maxDepth < 0 ? 100 : config.maxDepth,
      crls: config.crl,
      crlForLeafOnly: config.crlForLeafOnly,
      nowMs: shown.nowMs,
    });
    return problem === null ? '' : atDepth(problem.depth, problem.text);
  }

  /** SPIFFE: the authorities of the trust domain that the one URI names. */
  private anchorsOf(leaf: LiveCertificate): readonly X509Certificate[] | null {
    const [uri, second] = leaf.uriSans;
    if (uri === undefined || second !== undefined) return null;
    const domain = /^spiffe:\/\/([^/]+)(?:\/|$)/.exec(uri)?.[1];
    return domain === undefined ? null : (this.domains.get(domain) ?? null);
  }
}

/** Also what is let through untrusted counts as failed. */
function refusal(config: ValidationConfig, stat: number, detail: string): PeerVerdict {
  return { isAccepted: config.acceptsUntrusted, isValidated: false, stat, detail };
}

type SanPredicate = (name: SubjectAltName) => boolean;

/** An exact DNS name is compared as a client would: the certificate's wildcard stands for one label. */
function sanPredicate({ type, matcher, oid }: SanMatcherConfig): SanPredicate {
  const accepts: StringPredicate = buildStringMatcher(matcher);
  return (name) => {
    if (type !== '' && name.type !== type) return false;
    if (type === 'OTHER_NAME' && name.oid !== oid) return false;
    if (name.type === 'DNS' && matcher.kind === 'exact') return isDnsMatch(matcher.value, name.value);
    return accepts(name.value);
  };
}

function hasDnsName(leaf: Certificate, name: string): boolean {
  if (isIP(name) !== 0) return leaf.altNames.some((it) => it.type === 'IP_ADDRESS' && it.value === name);
  return leaf.altNames.some((it) => it.type === 'DNS' && isDnsMatch(name, it.value));
}

/** Whether a name is covered by a name of a certificate, whose first label may be or hold one `*`. */
export function isDnsMatch(name: string, pattern: string): boolean {
  const wanted = name.toLowerCase();
  const own = pattern.toLowerCase();
  if (wanted === own) return true;
  const dot = own.indexOf('.');
  const star = own.indexOf('*');
  if (star < 0 || dot < 0 || star > dot || own.includes('*', star + 1)) return false;
  const nameDot = wanted.indexOf('.');
  if (nameDot <= 0 || wanted.slice(nameDot) !== own.slice(dot)) return false;
  const label = wanted.slice(0, nameDot);
  const before = own.slice(0, star);
  const after = own.slice(star + 1, dot);
  if (own.startsWith('xn--') || (label.startsWith('xn--') && before + after !== '')) return false;
  return label.length > before.length + after.length && label.startsWith(before) && label.endsWith(after);
}

/** OpenSSL's codes: text in Envoy's words, and where in the chain that is. */
const verifyTexts: { readonly [code: string]: string } = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to get local issuer certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'unable to get issuer certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self signed certificate in certificate chain',
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not yet valid',
  CERT_REVOKED: 'certificate revocation check against provided CRLs failed: certificate revoked',
  CRL_HAS_EXPIRED: 'CRL has expired',
  CRL_NOT_YET_VALID: 'CRL is not yet valid',
  UNABLE_TO_GET_CRL: 'unable to get certificate CRL',
  CERT_SIGNATURE_FAILURE: 'certificate signature failure',
  INVALID_CA: 'invalid CA certificate',
  INVALID_PURPOSE: 'unsupported certificate purpose',
  CERT_CHAIN_TOO_LONG: 'certificate chain too long',
  PATH_LENGTH_EXCEEDED: 'path length constraint exceeded',
};

function chainText(code: string, { chain, nowMs }: PeerShown): string {
  let depth = 0;
  if (code === 'SELF_SIGNED_CERT_IN_CHAIN') depth = chain.length - 1;
  if (code === 'CERT_HAS_EXPIRED') depth = chain.findLastIndex((it) => it.validToMs < nowMs);
  const text = verifyTexts[code] ?? code.toLowerCase().replaceAll('_', ' ');
  return atDepth(Math.max(depth, 0), text);
}

function atDepth(depth: number, text: string): string {
  return `X509_verify_cert: certificate verification error at depth ${depth}: ${text}`;
}
