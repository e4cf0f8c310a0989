import type { ExtensionConfig } from '../api/config-node.js';
import type { ExtensionRegistry } from '../api/extension.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';
import type {
  TransportScope,
  UpstreamTransport,
  UpstreamTransportFactory,
} from '../network/transport-socket.js';

/** A transport socket for endpoints whose metadata says so. */
export type TransportMatchConfig = {
  readonly name: string;
  /** Every key must have this value under `envoy.transport_socket_match` of the endpoint's metadata. */
  readonly match: { readonly [key: string]: Plain };
  /** Null: the socket itself. */
  readonly transport: ExtensionConfig | null;
};

/** What a cluster's configuration says of its transport sockets. */
export type TransportsConfig = {
  readonly transport: ExtensionConfig | null;
  readonly transportMatches: readonly TransportMatchConfig[];
};

interface LiveMatch {
  readonly name: string;
  readonly match: TransportMatchConfig['match'];
  readonly transport: UpstreamTransport | null;
}

/** The transport sockets of one cluster in one thread: the endpoint's metadata chooses. */
export class ClusterTransports {
  private readonly fallback: UpstreamTransport | null;
  private readonly matches: readonly LiveMatch[];
  /** Some connections tell whom they are for. */
  readonly announceClients: boolean;

  constructor(
    config: TransportsConfig,
    statPrefix: string,
    extensions: ExtensionRegistry,
    scope: TransportScope,
  ) {
    const build = (transport: ExtensionConfig | null): UpstreamTransport | null => {
      if (transport === null) return null;
      const factory = extensions.find('transport.socket.upstream', transport.typeUrl) as
        | UpstreamTransportFactory
        | undefined;
      if (factory === undefined) throw new Error(`no transport socket for ${transport.typeUrl}`);
      return factory.build(transport.config, scope, { statPrefix, inner: build });
    };
    this.fallback = build(config.transport);
    this.matches = config.transportMatches.map(({ name, match, transport }) => ({
      name,
      match,
      transport: build(transport),
    }));
    const all = [this.fallback, ...this.matches.map(({ transport }) => transport)];
    this.announceClients = all.some((transport) => transport?.announcesClients === true);
  }

  /** The transport for an endpoint of that metadata, its own and its locality's; null for the socket itself. */
  of(metadata: Plain, ofLocality: Plain = null): UpstreamTransport | null {
    return this.matches.length === 0 ? this.fallback : this.matchOf(metadata, ofLocality).transport;
  }

  /** What the match is called that such an endpoint has: no endpoint is without one. */
  nameOf(metadata: Plain, ofLocality: Plain = null): string {
    return this.matchOf(metadata, ofLocality).name;
  }

  private matchOf(metadata: Plain, ofLocality: Plain): Pick<LiveMatch, 'name' | 'transport'> {
    return this.find(metadata) ?? this.find(ofLocality) ?? { name: 'default', transport: this.fallback };
  }

  private find(metadata: Plain): LiveMatch | undefined {
    const own = matchMetadata(metadata);
    return this.matches.find(({ match }) => contains(own, match));
  }
}

const noMetadata: { readonly [key: string]: Plain } = {};

function matchMetadata(metadata: Plain): { readonly [key: string]: Plain } {
  if (!isPlainObject(metadata)) return noMetadata;
  const filters = metadata['filter_metadata'];
  const own = isPlainObject(filters) ? filters['envoy.transport_socket_match'] : undefined;
  return isPlainObject(own) ? own : noMetadata;
}

function contains(own: { readonly [key: string]: Plain }, wanted: TransportMatchConfig['match']): boolean {
  return Object.entries(wanted).every(([key, value]) => JSON.stringify(own[key]) === JSON.stringify(value));
}
