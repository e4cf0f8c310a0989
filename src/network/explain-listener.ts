import type { ExtensionConfig } from '../api/config-node.js';
import type { Explanation, NetworkFilterExplanation, Probe } from '../api/explain.js';
import type { NetworkFilterMaker } from '../api/network-filter.js';
import type { Address, ConnectionInfo } from '../api/stream-info.js';
import { ipAddress, pipeAddress } from './address.js';
import type { FilterChainIndex } from './filter-chain-index.js';
import type { BindConfig, FilterChainConfig, ListenerConfig } from './listener-config.js';

/** A listener as it is asked what it would do. */
export interface ExplainedListener {
  readonly config: ListenerConfig;
  readonly index: FilterChainIndex;
  /** By the index, or by the matcher that stands in its place. */
  findChain(info: ConnectionInfo): FilterChainConfig | null;
  makersOf(chain: FilterChainConfig): readonly NetworkFilterMaker[];
}

/** What a listener would do with a connection that nobody has made. */
export function explainListener(
  { config, index, findChain, makersOf }: ExplainedListener,
  probe: Probe,
  nowMs: number,
): Explanation {
  const info = probedInfo(config, probe, nowMs);
  const chain = findChain(info);
  const told: Explanation = {
    probe,
    problem:
      chain === null ? 'no filter chain matches, and there is no default one: the connection is closed' : '',
    notes: chain === null ? [] : notesOn(chain, probe),
    listener: {
      name: config.name,
      addresses: config.bind.map(bindText),
      origin: config.origin,
      why: '',
      listenerFilters: config.listenerFilters.map(({ name }) => name),
    },
    chains: config.chainMatcher === null ? index.explain(info) : [],
    chain: null,
    protocol: null,
  };
  if (chain === null) return told;
  info.isTls = chain.transport !== null;
  info.filterChainName = chain.name;
  const { name, origin, transport, filters } = chain;
  return {
    ...told,
    chain: { name, origin, transport: transport?.typeUrl ?? 'raw_buffer', filters: filters.map(filterOf) },
    protocol: makersOf(chain).at(-1)?.explain?.(probe, info) ?? null,
  };
}

function filterOf({ name, typeUrl, origin = '' }: ExtensionConfig): NetworkFilterExplanation {
  return { name, type: typeUrl, origin };
}

function notesOn({ transport }: FilterChainConfig, { kind, isTls }: Probe): readonly string[] {
  if (kind === 'tcp') return [];
  if (transport !== null && !isTls)
    return ['the filter chain expects TLS: a client that speaks clear text fails its handshake'];
  if (transport === null && isTls)
    return ['the filter chain takes clear text: somebody before it has to end the TLS of an https request'];
  return [];
}

function bindText({ address, port, isPipe }: BindConfig): string {
  if (isPipe) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Inspectors find out what the probe says, where there are any. */
function probedInfo(config: ListenerConfig, probe: Probe, nowMs: number): ConnectionInfo {
  const local = localOf(config, probe);
  const remote = local.isIp ? ipAddress(probe.sourceIp, probe.sourcePort) : local;
  const inspects = (inspector: string): boolean =>
    config.listenerFilters.some(({ typeUrl }) => typeUrl.endsWith(`.${inspector}`));
  const seesTls = probe.isTls && inspects('TlsInspector');
  const seesHttp = !probe.isTls && probe.kind === 'http' && inspects('HttpInspector');
  return {
    id: 0,
    listenerName: config.name,
    directRemoteAddress: remote,
    localAddress: local,
    remoteAddress: remote,
    directLocalAddress: local,
    requestedServerName: seesTls ? probe.serverName.toLowerCase() : '',
    transportProtocol: seesTls ? 'tls' : seesHttp || inspects('TlsInspector') ? 'raw_buffer' : '',
    applicationProtocols: seesTls
      ? probe.applicationProtocols
      : seesHttp
        ? [probe.isHttp2 ? 'h2c' : 'http/1.1']
        : [],
    filterChainName: '',
    listenerMetadata: config.metadata,
    filterChainMetadata: null,
    isTls: false,
    tls: null,
    transportFailureReason: '',
    ja3: '',
    ja4: '',
    startedMs: nowMs,
    connectionTerminationDetails: '',
    localCloseReason: '',
    dynamicMetadata: null,
    filterState: null,
    isLocalRestored: false,
    proxyTlvs: null,
    upstreamSource: null,
  };
}

function localOf({ bind }: ListenerConfig, { destinationIp, destinationPort }: Probe): Address {
  const [first] = bind;
  if (first?.isPipe === true) return pipeAddress(first.address);
  return ipAddress(destinationIp || (first?.address ?? ''), destinationPort || (first?.port ?? 0));
}
