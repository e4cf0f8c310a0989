import type { ConfigNode } from '../api/config-node.js';
import type { TlsInfo } from '../api/tls-info.js';
import type { RequestHeaders } from '../base/header-map.js';

/** What becomes of `x-forwarded-client-cert`, and what we say in it of the client's certificate. */
export type ClientCertConfig = {
  readonly mode: 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY';
  readonly subject: boolean;
  readonly cert: boolean;
  readonly chain: boolean;
  readonly dns: boolean;
  readonly uri: boolean;
};

const headerName = 'x-forwarded-client-cert';

/** Reads the fields of the connection manager. */
export function parseClientCert(node: ConfigNode): ClientCertConfig {
  const details = node.message('set_current_client_cert_details');
  return {
    mode: node.enum('forward_client_cert_details', 'SANITIZE') as ClientCertConfig['mode'],
    subject: details?.bool('subject') ?? false,
    cert: details?.bool('cert') ?? false,
    chain: details?.bool('chain') ?? false,
    dns: details?.bool('dns') ?? false,
    uri: details?.bool('uri') ?? false,
  };
}

/** Applies the mode; only a client that showed a certificate is believed what it forwards. */
export function forwardClientCert(
  headers: RequestHeaders,
  config: ClientCertConfig,
  tls: TlsInfo | null,
): void {
  if (config.mode === 'ALWAYS_FORWARD_ONLY') return;
  if (config.mode === 'SANITIZE' || tls === null || tls.peer === null) {
    headers.remove(headerName);
    return;
  }
  if (config.mode === 'FORWARD_ONLY') return;
  const element = elementOf(tls, config);
  const forwarded = config.mode === 'APPEND_FORWARD' ? (headers.get(headerName) ?? '') : '';
  headers.set(headerName, forwarded === '' ? element : `${forwarded},${element}`);
}

function elementOf(tls: TlsInfo, config: ClientCertConfig): string {
  const { peer } = tls;
  if (peer === null) return '';
  const parts = (tls.local?.uriSans ?? []).map((uri) => `By=${uri}`);
  parts.push(`Hash=${peer.sha256}`);
  if (config.cert) parts.push(`Cert="${peer.urlEncodedPem}"`);
  if (config.chain) parts.push(`Chain="${tls.peerChain.map((it) => it.urlEncodedPem).join('')}"`);
  if (config.subject) parts.push(`Subject="${peer.subject}"`);
  if (config.uri) {
    const uris = peer.uriSans.length === 0 ? [''] : peer.uriSans;
    parts.push(...uris.map((uri) => `URI=${uri}`));
  }
  if (config.dns) parts.push(...peer.dnsSans.map((name) => `DNS=${name}`));
  return parts.join(';');
}
