import type { AccessLogConfig } from '../api/access-log.js';
import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';
import type { SocketOptionConfig } from '../api/socket-options.js';
import { parseIp } from '../base/cidr.js';
import type { Plain } from '../base/plain.js';
import { parseMetadata } from '../match/metadata.js';
import { originText } from '../match/places.js';
import { type FilterChainMatchConfig, parseChainMatch } from './chain-match-config.js';
import { type ChainMatcherConfig, parseChainMatcher } from './chain-matcher.js';
import { checkNames, checkOverlaps } from './chain-overlap.js';
import { type GateConfig, parseGate } from './filter-gate.js';
import { parseInternalListener } from './internal-listener-config.js';
import { parseIpv4Compat } from './ipv4-compat.js';
import { parseKeepAlive, parseListenerOptions, parseSocketOptions } from './socket-option-config.js';
import { isUdpAddress, parseUdpListener, type UdpListenerConfig } from './udp-listener-config.js';

/** One address that a listener binds. */
export type BindConfig = {
  /** IP, or the path of a Unix socket (a leading `@` means the abstract namespace). */
  readonly address: string;
  readonly port: number;
  readonly isPipe: boolean;
  readonly pipeMode: number;
  readonly ipv4Compat: boolean;
  readonly options: readonly SocketOptionConfig[];
};

export type FilterChainConfig = {
  readonly name: string;
  readonly match: FilterChainMatchConfig | null;
  readonly filters: readonly ExtensionConfig[];
  /** Namespace → structure. */
  readonly metadata: Plain;
  /** Null: the socket itself. */
  readonly transport: ExtensionConfig | null;
  /** 0 = none. */
  readonly transportTimeoutMs: number;
  readonly origin: string;
};

/** A listener as it crosses threads. */
export type ListenerConfig = {
  readonly name: string;
  readonly statPrefix: string;
  /** Clusters of the same thread connect to it; it binds nothing. */
  readonly isInternal: boolean;
  readonly bind: readonly BindConfig[];
  readonly bindToPort: boolean;
  readonly chains: readonly FilterChainConfig[];
  readonly defaultChain: FilterChainConfig | null;
  /** Null: the criteria of the chains decide. */
  readonly chainMatcher: ChainMatcherConfig | null;
  readonly listenerFilters: readonly ExtensionConfig[];
  /** For each of them, what leaves it out; null for nothing. */
  readonly listenerGates: readonly (GateConfig | null)[];
  /** A connection whose destination filters restore goes to the listener of that address, if there is one. */
  readonly usesOriginalDst: boolean;
  readonly listenerFiltersTimeoutMs: number;
  readonly continueOnTimeout: boolean;
  readonly bufferLimitBytes: number;
  /** How long more than that may wait for the peer; 0 = as long as it likes. */
  readonly bufferTimeoutMs: number;
  readonly trafficDirection: 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND';
  readonly drainType: 'DEFAULT' | 'MODIFY_ONLY';
  /** undefined: main accepts and hands over. */
  readonly exactBalance: boolean;
  /** Workers accept for themselves. */
  readonly reusePort: boolean;
  /** Null: connections. */
  readonly udp: UdpListenerConfig | null;
  readonly backlog: number;
  readonly accessLogs: readonly AccessLogConfig[];
  /** Namespace → structure. */
  readonly metadata: Plain;
  readonly ignoreGlobalConnLimit: boolean;
  /** Nothing is refused here when much is used up. */
  readonly bypassesOverload: boolean;
  readonly origin: string;
};

export interface ListenerParts {
  /** Whether a network filter of that type ends its chain. */
  isTerminal(typeUrl: string): boolean;
  accessLogs(node: ConfigNode, field: string): readonly AccessLogConfig[];
}

/** Reads `envoy.config.listener.v3.Listener`. */
export function parseListener(node: ConfigNode, index: number, parts: ListenerParts): ListenerConfig {
  const bind: BindConfig[] = [];
  const ofSockets = parseListenerOptions(noteFields(node));
  const keepAlive = parseKeepAlive(node.message('tcp_keepalive'));
  const given = parseSocketOptions(node, 'socket_options');
  const address = node.message('address');
  const isInternal = parseInternalListener(node);
  if (address !== undefined) bind.push(...parseAddress(address, [...ofSockets, ...keepAlive, ...given]));
  else if (!isInternal)
    node.error(`error adding listener named '${node.string('name')}': address is necessary`);
  for (const extra of node.list('additional_addresses')) {
    const more = extra.message('address');
    const over = extra.message('socket_options');
    const own = over === undefined ? given : parseSocketOptions(over, 'socket_options');
    const alive = extra.has('tcp_keepalive') ? parseKeepAlive(extra.message('tcp_keepalive')) : keepAlive;
    if (more !== undefined) bind.push(...parseAddress(more, [...ofSockets, ...alive, ...own]));
  }
  const [first] = bind;
  const name = node.string('name') || `listener_${index}`;
  const chains = node.list('filter_chains').map((chain, i) => parseChain(chain, i, parts));
  const fallback = node.message('default_filter_chain');
  const udp = isUdpAddress(address)
    ? parseUdpListener(node, first === undefined ? name : textOf(first))
    : null;
  if (chains.length === 0 && fallback === undefined && udp === null) {
    node.error(
      `error adding listener '${first === undefined ? name : textOf(first)}': no filter chains specified`,
    );
  }
  const matcher = node.message('filter_chain_matcher');
  const checkChains = matcher === undefined ? checkOverlaps : checkNames;
  checkChains(node, chains, first === undefined ? name : textOf(first));
  const balance = node.message('connection_balance_config');
  return {
    name,
    statPrefix: statPrefixOf(node, isInternal, name, first),
    isInternal,
    bind,
    bindToPort: node.optionalBool('bind_to_port') ?? bindsAsEver(node),
    chains,
    defaultChain: fallback === undefined ? null : parseChain(fallback, -1, parts),
    chainMatcher: matcher === undefined ? null : parseChainMatcher(matcher),
    ...(udp === null ? parseListenerFilters(node) : { listenerFilters: [], listenerGates: [] }),
    udp,
    usesOriginalDst: node.bool('use_original_dst'),
    listenerFiltersTimeoutMs: node.duration('listener_filters_timeout', 15_000),
    continueOnTimeout: node.bool('continue_on_listener_filters_timeout'),
    bufferLimitBytes: node.number('per_connection_buffer_limit_bytes', 1024 * 1024),
    bufferTimeoutMs: node.duration('per_connection_buffer_high_watermark_timeout', 0),
    trafficDirection: node.enum('traffic_direction', 'UNSPECIFIED') as ListenerConfig['trafficDirection'],
    drainType: node.enum('drain_type', 'DEFAULT') as ListenerConfig['drainType'],
    exactBalance: balance?.message('exact_balance') !== undefined,
    reusePort: udp === null && readReusePort(node, bind),
    backlog: node.number('tcp_backlog_size', 0),
    accessLogs: parts.accessLogs(node, 'access_log'),
    metadata: parseMetadata(node, 'metadata'),
    ...parseExemptions(node),
    origin: `${node.origin.source}:${node.origin.line}`,
  };
}

/** Limits of the process that do not hold for this listener. */
function parseExemptions(
  node: ConfigNode,
): Pick<ListenerConfig, 'ignoreGlobalConnLimit' | 'bypassesOverload'> {
  return {
    ignoreGlobalConnLimit: node.bool('ignore_global_conn_limit'),
    bypassesOverload: node.bool('bypass_overload_manager'),
  };
}

/** Answers the node. */
function noteFields(node: ConfigNode): ConfigNode {
  node.noEffect('max_connections_to_accept_per_socket_event', 'the event loop takes turns');
  node.noEffect('reuse_port', 'Envoy goes by enable_reuse_port alone');
  return node;
}

/** The old place of `bind_to_port`. */
function bindsAsEver(node: ConfigNode): boolean {
  return node.message('deprecated_v1')?.optionalBool('bind_to_port') ?? true;
}

function statPrefixOf(
  node: ConfigNode,
  isInternal: boolean,
  name: string,
  first: BindConfig | undefined,
): string {
  const text = isInternal ? `envoy_internal_${name}` : first === undefined ? name : textOf(first);
  return `listener.${(node.string('stat_prefix') || text).replaceAll(':', '_')}`;
}

function parseListenerFilters(node: ConfigNode): Pick<ListenerConfig, 'listenerFilters' | 'listenerGates'> {
  const listenerFilters: ExtensionConfig[] = [];
  const listenerGates: (GateConfig | null)[] = [];
  for (const entry of node.list('listener_filters')) {
    const filter = entry.asExtension('listener.filter');
    if (filter === undefined) continue;
    const gate = entry.message('filter_disabled');
    listenerFilters.push(filter);
    listenerGates.push(gate === undefined ? null : parseGate(gate));
  }
  return { listenerFilters, listenerGates };
}

/** Unset differs from Envoy on purpose: main accepts and spreads connections evenly over the workers. */
function readReusePort(node: ConfigNode, bind: readonly BindConfig[]): boolean {
  if (node.optionalBool('enable_reuse_port') !== true) return false;
  const balance = node.message('connection_balance_config');
  if (balance?.has('exact_balance') === true) {
    node.noEffect('enable_reuse_port', 'exact_balance needs one place that accepts');
    return false;
  }
  if (!bind.some(({ isPipe }) => isPipe)) return true;
  node.noEffect('enable_reuse_port', 'Unix sockets have no ports');
  return false;
}

function textOf(bind: BindConfig): string {
  if (bind.isPipe) return bind.address;
  return bind.address.includes(':') ? `[${bind.address}]:${bind.port}` : `${bind.address}:${bind.port}`;
}

function parseAddress(node: ConfigNode, options: readonly SocketOptionConfig[]): BindConfig[] {
  const pipe = node.message('pipe');
  if (pipe !== undefined) {
    return [
      {
        address: pipe.string('path'),
        port: 0,
        isPipe: true,
        pipeMode: pipe.number('mode', 0),
        ipv4Compat: false,
        options: [],
      },
    ];
  }
  const socket = node.message('socket_address');
  if (socket === undefined) {
    node.message('envoy_internal_address')?.honourAll();
    return [];
  }
  socket.enum('protocol', 'TCP');
  const ip = socket.string('address');
  if (socket.string('named_port') !== '')
    socket.error("IP resolver can't handle port specifier type 4", 'named_port');
  const resolver = socket.string('resolver_name');
  // The one that reads addresses as they stand.
  if (resolver !== '' && resolver !== 'envoy.ip')
    socket.error(`Unknown address resolver: ${resolver}`, 'resolver_name');
  else if (parseIp(ip) === null) socket.error(`malformed IP address: ${ip}`, 'address');
  return [
    {
      address: ip,
      port: socket.number('port_value', 0),
      isPipe: false,
      pipeMode: 0,
      ipv4Compat: parseIpv4Compat(socket),
      options,
    },
  ];
}

function parseChain(node: ConfigNode, index: number, parts: ListenerParts): FilterChainConfig {
  const match = node.message('filter_chain_match');
  if (index < 0) node.noEffect('filter_chain_match', 'the default chain is for what no other chain matches');
  const filters: ExtensionConfig[] = [];
  const entries = node.list('filters');
  for (const [i, entry] of entries.entries()) {
    const filter = entry.asExtension('network.filter');
    if (filter === undefined) continue;
    filters.push({ ...filter, origin: originText(entry.origin) });
    checkTerminal(entry, filter, i === entries.length - 1, parts.isTerminal(filter.typeUrl));
  }
  return {
    name: node.string('name'),
    match: match === undefined || index < 0 ? null : parseChainMatch(match, node.string('name')),
    filters,
    metadata: parseMetadata(node, 'metadata'),
    transport: node.extension('transport.socket.downstream', 'transport_socket') ?? null,
    transportTimeoutMs: node.duration('transport_socket_connect_timeout', 0),
    origin: originText(node.origin),
  };
}

/** A chain has exactly one filter that ends it, last. */
function checkTerminal(
  entry: ConfigNode,
  filter: ExtensionConfig,
  isLast: boolean,
  isTerminal: boolean,
): void {
  if (isTerminal && !isLast) {
    entry.error(
      `Error: terminal filter named ${filter.name} of type ${filter.name} must be the last filter in a network filter chain.`,
    );
  } else if (!isTerminal && isLast) {
    entry.error(
      `Error: non-terminal filter named ${filter.name} of type ${filter.name} is the last filter in a network filter chain.`,
    );
  }
}
