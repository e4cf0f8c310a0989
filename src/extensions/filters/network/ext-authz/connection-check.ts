import type { ConnectionInfo, StreamInfo } from '../../../../api/stream-info.js';
import type { CertificateFacts } from '../../../../api/tls-info.js';
import type { Plain } from '../../../../base/plain.js';
import { isPlainObject } from '../../../../base/plain-path.js';
import { type CheckedPeer, encodeTcpCheck } from '../../../../codec/authz/check-request.js';
import type { NetworkAuthzConfig } from './config.js';

const noLabels: ReadonlyMap<string, string> = new Map();

/** Writes what the service is told of a connection. */
export class ConnectionCheck {
  private readonly config: NetworkAuthzConfig;
  private readonly labels: ReadonlyMap<string, string>;

  constructor(config: NetworkAuthzConfig, nodeMetadata: Plain) {
    this.config = config;
    this.labels = config.labelsKey === '' ? noLabels : labelsOf(nodeMetadata, config.labelsKey);
  }

  of(record: StreamInfo): Buffer {
    const { connection } = record;
    return encodeTcpCheck({
      source: this.source(connection),
      destination: this.destination(connection),
      metadata: this.metadata(record),
      serverName: this.config.tellsTlsSession ? (connection.tls?.serverName ?? '') : null,
    });
  }

  private source({ remoteAddress, tls }: ConnectionInfo): CheckedPeer {
    const peer = tls?.peer ?? null;
    return {
      address: remoteAddress,
      principal: principalOf(peer),
      certificate: this.config.tellsCertificate ? (peer?.urlEncodedPem ?? '') : '',
      labels: noLabels,
    };
  }

  private destination({ localAddress, tls }: ConnectionInfo): CheckedPeer {
    return {
      address: localAddress,
      principal: principalOf(tls?.local ?? null),
      certificate: '',
      labels: this.labels,
    };
  }

  private metadata({ dynamicMetadata }: StreamInfo): ReadonlyMap<string, { readonly [key: string]: Plain }> {
    const told = new Map<string, { readonly [key: string]: Plain }>();
    for (const namespace of this.config.namespaces) {
      const fields = dynamicMetadata?.get(namespace);
      if (fields !== undefined && isPlainObject(fields)) told.set(namespace, fields);
    }
    return told;
  }
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
