import type { StreamInfo } from '../../../../api/stream-info.js';
import type { Plain } from '../../../../base/plain.js';
import { encodeTcpCheck } from '../../../../codec/authz/check-request.js';
import { CheckedPeers, namespacesOf } from '../../../../network/checked-peers.js';
import type { NetworkAuthzConfig } from './config.js';

/** Writes what the service is told of a connection. */
export class ConnectionCheck {
  private readonly config: NetworkAuthzConfig;
  private readonly peers: CheckedPeers;

  constructor(config: NetworkAuthzConfig, nodeMetadata: Plain) {
    this.config = config;
    this.peers = new CheckedPeers(config, nodeMetadata);
  }

  of({ connection, dynamicMetadata }: StreamInfo): Buffer {
    return encodeTcpCheck({
      source: this.peers.source(connection),
      destination: this.peers.destination(connection),
      metadata: namespacesOf(dynamicMetadata, this.config.namespaces),
      serverName: this.config.tellsTlsSession ? (connection.tls?.serverName ?? '') : null,
    });
  }
}
