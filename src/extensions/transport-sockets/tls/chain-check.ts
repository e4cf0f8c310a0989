import { verify, X509Certificate } from 'node:crypto';
import { type Certificate, readCertificate } from '../../../codec/tls/certificate.js';
import { derAt, derChildren, derTime } from '../../../codec/tls/der.js';
import type { LiveCertificate } from './certificate-facts.js';

/**
 * Verification of a chain by ourselves, for what OpenSSL is not asked through Node: expired certificates that are to
 * pass, a limit of depth, revocation lists for the leaf alone, authorities that depend on the leaf. It knows less than
 * OpenSSL and refuses what it does not know: a critical extension beyond the usual ones ends the chain.
 */

export interface ChainRules {
  readonly allowsExpired: boolean;
  /** Authorities above the leaf. */
  readonly maxDepth: number;
  /** PEM of revocation lists; empty: none are asked for. */
  readonly crls: string;
  readonly crlForLeafOnly: boolean;
  readonly nowMs: number;
}

export interface ChainProblem {
  readonly depth: number;
  readonly text: string;
}

interface Link {
  readonly x509: X509Certificate;
  readonly parsed: Certificate;
}

/** Basic constraints, key usage, alternative names, extended key usage: those a chain may mark as critical. */
const knownCritical = new Set(['2.5.29.19', '2.5.29.15', '2.5.29.17', '2.5.29.37']);
const keyCertSign = 0x04;
const longestChain = 100;

/** Null when the leaf leads to one of the anchors. */
export function checkChain(
  shown: readonly LiveCertificate[],
  anchors: readonly X509Certificate[],
  rules: ChainRules,
): ChainProblem | null {
  const links = shown.flatMap(({ parsed }) => linkOf(new X509Certificate(parsed.der)));
  const trusted = anchors.flatMap(linkOf);
  const revocations = rules.crls === '' ? null : readRevocations(rules.crls);
  let current = links[0];
  for (let depth = 0; current !== undefined && depth <= longestChain; depth++) {
    const here: Link = current;
    const own = certificateProblem(here, depth, rules);
    if (own !== '') return { depth, text: own };
    const isAnchor = trusted.some(({ parsed }) => parsed.der.equals(here.parsed.der));
    const issuer =
      trusted.find((it) => isIssuer(it, here)) ??
      (isAnchor ? undefined : links.find((it) => isIssuer(it, here)));
    if (revocations !== null && (depth === 0 || !rules.crlForLeafOnly) && issuer !== undefined) {
      const problem = revocationProblem(here, issuer, revocations, rules);
      if (problem !== '') return { depth, text: problem };
    }
    if (isAnchor) return null;
    if (issuer === undefined) {
      const isOwn = here.x509.checkIssued(here.x509);
      return { depth, text: isOwn ? 'self signed certificate' : 'unable to get local issuer certificate' };
    }
    // As in Envoy's library the first authority is always looked at.
    if (depth + 1 > Math.max(rules.maxDepth, 1))
      return { depth: depth + 1, text: 'certificate chain too long' };
    if (issuer === here) return { depth, text: 'self signed certificate in certificate chain' };
    current = issuer;
  }
  return { depth: 0, text: 'certificate chain too long' };
}

function linkOf(x509: X509Certificate): Link[] {
  const parsed = readCertificate(x509.raw);
  return parsed === null ? [] : [{ x509, parsed }];
}

function isIssuer(issuer: Link, of: Link): boolean {
  return of.x509.checkIssued(issuer.x509) && of.x509.verify(issuer.x509.publicKey);
}

function certificateProblem({ x509, parsed }: Link, depth: number, rules: ChainRules): string {
  if (!rules.allowsExpired) {
    if (parsed.validFromMs > rules.nowMs) return 'certificate is not yet valid';
    if (parsed.validToMs < rules.nowMs) return 'certificate has expired';
  }
  if (parsed.critical.some((oid) => !knownCritical.has(oid))) return 'unhandled critical extension';
  if (depth === 0) return '';
  const maySign = parsed.keyUsage < 0 || (parsed.keyUsage & keyCertSign) !== 0;
  return x509.ca && maySign ? '' : 'invalid CA certificate';
}

interface Revocations {
  readonly issuerDer: Buffer;
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly digest: string;
  readonly nextUpdateMs: number;
  readonly serials: ReadonlySet<string>;
}

function revocationProblem(
  { parsed }: Link,
  issuer: Link,
  lists: readonly Revocations[],
  rules: ChainRules,
): string {
  const list = lists.find((it) => it.issuerDer.equals(issuer.parsed.subjectDer));
  if (list === undefined) return 'unable to get certificate CRL';
  if (!verify(list.digest, list.signed, issuer.x509.publicKey, list.signature))
    return 'CRL signature failure';
  if (list.nextUpdateMs < rules.nowMs) return 'CRL has expired';
  return list.serials.has(parsed.serialNumber)
    ? 'certificate revocation check against provided CRLs failed: certificate revoked'
    : '';
}

const pemCrl = /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/g;

/** Digest by the last arc of a signature algorithm: sha256WithRSAEncryption, ecdsa-with-SHA256 and their kin. */
const digests: { readonly [oidHex: string]: string } = {
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/** The lists of a PEM text (RFC 5280, section 5.1); what cannot be read is left out. */
function readRevocations(pem: string): readonly Revocations[] {
  return [...pem.matchAll(pemCrl)].flatMap(([, text = '']) => {
    const outer = derAt(Buffer.from(text, 'base64'), 0);
    const [body, algorithm, bits] = outer === null ? [] : derChildren(outer.content);
    if (body === undefined || algorithm === undefined || bits === undefined) return [];
    const oid = derChildren(algorithm.content)[0]?.content.toString('hex') ?? '';
    const digest = digests[oid];
    const all = derChildren(body.content);
    // An INTEGER in front is the version.
    const [, issuer, , ...rest] = all[0]?.tag === 0x02 ? all.slice(1) : all;
    if (digest === undefined || issuer === undefined) return [];
    const next = rest[0] !== undefined && rest[0].tag !== 0x30 ? derTime(rest[0]) : Number.POSITIVE_INFINITY;
    const revoked = rest.find((part) => part.tag === 0x30);
    const serials = derChildren(revoked?.content ?? Buffer.alloc(0)).map((entry) =>
      (derChildren(entry.content)[0]?.content.toString('hex') ?? '').replace(/^(?:00)+(?=..)/, ''),
    );
    const signature = bits.content.subarray(1);
    return [
      {
        issuerDer: issuer.whole,
        signed: body.whole,
        signature,
        digest,
        nextUpdateMs: next,
        serials: new Set(serials),
      },
    ];
  });
}
