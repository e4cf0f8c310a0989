import type { ConnectionInfo } from '../api/stream-info.js';
import type { CertificateFacts } from '../api/tls-info.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';
import type { CheckedPeer } from '../codec/authz/check-request.js';

/** What an authorization service is told of the ends of a connection. */
export interface PeerRules {
  readonly tellsCertificate: boolean;
  /** Key of the node's metadata whose entries are the labels of this side; empty: none. */
  readonly labelsKey: string;
}

const noLabels: ReadonlyMap<string, string> = new Map();

/** The two ends of connections as authorization services see them. */
export class CheckedPeers {
  private readonly tellsCertificate: boolean;
  private readonly labels: ReadonlyMap<string, string>;

  constructor({ tellsCertificate, labelsKey }: PeerRules, nodeMetadata: Plain) {
    this.tellsCertificate = tellsCertificate;
    this.labels = labelsKey === '' ? noLabels : labelsOf(nodeMetadata, labelsKey);
  }

  source({ remoteAddress, tls }: ConnectionInfo, service = ''): CheckedPeer {
    const peer = tls?.peer ?? null;
    return {
      address: remoteAddress,
      service,
      principal: principalOf(peer),
      certificate: this.tellsCertificate ? (peer?.urlEncodedPem ?? '') : '',
      labels: noLabels,
    };
  }

  destination({ localAddress, tls }: ConnectionInfo): CheckedPeer {
    return {
      address: localAddress,
      service: '',
      principal: principalOf(tls?.local ?? null),
      certificate: '',
      labels: this.labels,
    };
  }
}

/** The structures under those namespaces, of those that there are. */
export function namespacesOf(
  metadata: ReadonlyMap<string, Plain> | null | undefined,
  namespaces: readonly string[],
): ReadonlyMap<string, { readonly [key: string]: Plain }> {
  const told = new Map<string, { readonly [key: string]: Plain }>();
  for (const namespace of namespaces) {
    const fields = metadata?.get(namespace);
    if (fields !== undefined && isPlainObject(fields)) told.set(namespace, fields);
  }
  return told;
}

/** Its first name: as a URI, of DNS, or the subject. */
function principalOf(certificate: CertificateFacts | null): string {
  if (certificate === null) return '';
  return certificate.uriSans[0] ?? certificate.dnsSans[0] ?? certificate.subject;
}

/** What is no text is an empty one, as in Envoy. */
function labelsOf(metadata: Plain, key: string): ReadonlyMap<string, string> {
  const labels = isPlainObject(metadata) ? metadata[key] : undefined;
  if (!isPlainObject(labels)) return noLabels;
  return new Map(
    Object.entries(labels).map(([name, value]) => [name, typeof value === 'string' ? value : '']),
  );
}
