import type { CertificateFacts, TlsInfo } from '../api/tls-info.js';

/** What becomes of `x-forwarded-client-cert`, and what we say in it of the client's certificate. */
export type ClientCertRule = {
  readonly mode: 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY';
  readonly subject: boolean;
  readonly cert: boolean;
  readonly chain: boolean;
  readonly dns: boolean;
  readonly uri: boolean;
  readonly issuer: boolean;
  readonly isJson: boolean;
};

/** A client's certificate as an element of `x-forwarded-client-cert`: `By=…;Hash=…;Subject="…"`. */
export function certElement(rule: ClientCertRule, { local, peer, peerChain }: TlsInfo): string {
  if (peer === null) return '';
  const parts = (local?.uriSans ?? []).map((uri) => `By=${uri}`);
  parts.push(`Hash=${peer.sha256}`);
  if (rule.cert) parts.push(`Cert="${peer.urlEncodedPem}"`);
  if (rule.chain) parts.push(`Chain="${peerChain.map((it) => it.urlEncodedPem).join('')}"`);
  if (rule.subject) parts.push(`Subject="${peer.subject}"`);
  if (rule.uri) {
    const uris = peer.uriSans.length === 0 ? [''] : peer.uriSans;
    parts.push(...uris.map((uri) => `URI=${uri}`));
  }
  if (rule.dns) parts.push(...peer.dnsSans.map((name) => `DNS=${name}`));
  if (rule.issuer) parts.push(`Issuer="${peer.issuer}"`);
  return parts.join(';');
}

/** The same as an object of JSON; lists that would be empty are left out. */
export function certObject(rule: ClientCertRule, { local, peer, peerChain }: TlsInfo): string {
  if (peer === null) return '{}';
  const list = (names: readonly string[]): readonly string[] | undefined =>
    names.length > 0 ? names : undefined;
  return JSON.stringify({
    by: list(local?.uriSans ?? []),
    hash: peer.sha256,
    cert: rule.cert ? pemOf(peer) : undefined,
    chain: rule.chain ? list(peerChain.map(pemOf)) : undefined,
    subject: rule.subject ? peer.subject : undefined,
    uri: rule.uri ? list(peer.uriSans) : undefined,
    dns: rule.dns ? list(peer.dnsSans) : undefined,
    issuer: rule.issuer ? peer.issuer : undefined,
  });
}

function pemOf(certificate: CertificateFacts): string {
  return decodeURIComponent(certificate.urlEncodedPem);
}
