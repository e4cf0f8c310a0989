import type { Socket, SocketConnectOpts } from 'node:net';
import { type BoundStats, statBlock } from '../../../api/stats.js';
import type { Plain } from '../../../base/plain.js';
import { isPlainObject } from '../../../base/plain-path.js';
import type { PassedState } from '../../../network/internal-listeners.js';
import { connectPlain } from '../../../network/plain-connect.js';
import type {
  PassingTransport,
  TransportOptions,
  UpstreamReads,
  UpstreamTransport,
  UpstreamTransportFactory,
} from '../../../network/transport-socket.js';
import { type InternalUpstreamConfig, type PassedMetadataConfig, parseInternalUpstream } from './config.js';

/** `cluster.<name>.internal_upstream.` */
const I = statBlock({ counters: ['no_metadata'] });

/** Changes no byte: tells an internal listener what its connections bring along. Elsewhere it does nothing. */
class InternalUpstream implements UpstreamTransport, PassingTransport {
  readonly isSecure: boolean;
  readonly passing: PassingTransport;
  readonly inner: UpstreamTransport | null;
  private readonly metadata: readonly PassedMetadataConfig[];

  private readonly stats: BoundStats;

  constructor(config: InternalUpstreamConfig, inner: UpstreamTransport | null, stats: BoundStats) {
    this.isSecure = inner?.isSecure ?? false;
    this.passing = this;
    this.inner = inner;
    this.metadata = config.metadata;
    this.stats = stats;
  }

  passed(host: Plain, cluster: Plain): PassedState | null {
    const metadata: [string, Plain][] = [];
    for (const { name, from } of this.metadata) {
      const fields = namespaceOf(from === 'host' ? host : cluster, name);
      if (fields === undefined) this.stats.inc(I.no_metadata);
      else metadata.push([name, fields]);
    }
    return metadata.length === 0 ? null : { metadata, filterState: null };
  }

  connect(
    target: SocketConnectOpts,
    hostname: string,
    options: TransportOptions | null,
    reads: UpstreamReads,
    carrier?: Socket,
  ): Socket {
    const { inner } = this;
    if (inner !== null) return inner.connect(target, hostname, options, reads, carrier);
    const socket = connectPlain(target, reads, carrier);
    socket.once('connect', () => reads.onReady(null));
    return socket;
  }

  failureText(code: string): string {
    return this.inner?.failureText(code) ?? '';
  }
}

/** A namespace of `core.v3.Metadata`. */
function namespaceOf(metadata: Plain, name: string): Plain {
  const namespaces = isPlainObject(metadata) ? metadata['filter_metadata'] : undefined;
  return isPlainObject(namespaces) ? namespaces[name] : undefined;
}

export const internalUpstream: UpstreamTransportFactory<InternalUpstreamConfig> = {
  name: 'envoy.transport_sockets.internal_upstream',
  typeUrl: 'envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport',
  stats: [['internal_upstream', I]],
  parse: parseInternalUpstream,
  build(config, scope, { statPrefix, inner }) {
    const stats = scope.stats.bind(`${statPrefix}.internal_upstream`, I);
    return new InternalUpstream(config, config.inner === null ? null : inner(config.inner), stats);
  },
};
