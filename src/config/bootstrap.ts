import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';
import type { Extension, ExtensionRegistry } from '../api/extension.js';
import type { SecretValue, WatchedSecret } from '../api/secrets.js';
import type { Plain } from '../base/plain.js';
import { defaultLogFormat, textFormatConfig } from '../format/substitution-format.js';
import { parseStringMatcher, type StringMatcherConfig } from '../match/string-matcher.js';
import { parseIpv4Compat } from '../network/ipv4-compat.js';
import { type ListenerConfig, parseListener } from '../network/listener-config.js';
import { type OverloadConfig, parseOverload } from '../network/overload-config.js';
import { emptyRuntime, type LayeredRuntimeConfig, parseLayeredRuntime } from '../runtime/layers.js';
import {
  DEFAULT_STATS_CONFIG,
  parseClusterMatchers,
  parseStatsConfig,
  type StatsConfig,
} from '../stats/stats-config.js';
import { type ParsedAccessLog, parseAccessLogs } from '../stream/access-log/access-log.js';
import { type ClusterConfig, parseCluster } from '../upstream/config.js';
import { parseResolver, type ResolverConfig, systemResolver } from '../upstream/membership/dns-config.js';
import { sourceProblem } from '../upstream/membership/eds-config.js';
import { type BindSources, parseBindConfig } from '../upstream/socket-config.js';
import { parseApplicationLog } from './application-log.js';
import { parseStaticSecrets } from './secrets.js';

export type NodeConfig = {
  readonly id: string;
  readonly cluster: string;
  readonly zone: string;
  /** Structure for control planes and filters; null when there is none. */
  readonly metadata: Plain;
};

export type AdminConfig = {
  readonly address: string;
  readonly port: number;
  readonly isPipe: boolean;
  readonly pipeMode: number;
  readonly ipv4Compat: boolean;
  readonly accessLogs: readonly ParsedAccessLog[];
  /** Where CPU profiles are written. */
  readonly profilePath: string;
  /** Paths that may be asked for, queries included; all when there is none. */
  readonly allowPaths: readonly StringMatcherConfig[];
};

/** Watchdog limits of worker threads, milliseconds; 0 = off. */
export type WatchdogConfig = {
  readonly missMs: number;
  readonly megaMissMs: number;
  readonly killMs: number;
};

/** A bootstrap as it crosses threads. */
export type BootstrapModel = {
  readonly node: NodeConfig;
  readonly admin: AdminConfig | null;
  readonly listeners: readonly ListenerConfig[];
  readonly clusters: readonly ClusterConfig[];
  readonly statsSinks: readonly ExtensionConfig[];
  readonly statsConfig: StatsConfig;
  readonly statsFlushMs: number;
  readonly flushOnAdmin: boolean;
  readonly runtime: LayeredRuntimeConfig;
  readonly watchdog: WatchdogConfig;
  /** Secrets by key, and those of them that lie in files. */
  readonly secrets: readonly SecretValue[];
  readonly watchedSecrets: readonly WatchedSecret[];
  /** Modules with users' filters, absolute paths or package names. */
  readonly filterModules: readonly string[];
  /** File of outlier detection's events; empty = none. */
  readonly outlierEventLog: string;
  /** Of clusters and caches that have none of their own. */
  readonly resolver: ResolverConfig;
  /** Null: nothing looks at how much is used up. */
  readonly overload: OverloadConfig | null;
  /** Pattern of the process log's lines; null: as the command line says. */
  readonly logFormat: string | null;
  /** What `server.version` shows; null for the build's own. */
  readonly shownVersion: number | null;
};

/** Reads `envoy.config.bootstrap.v3.Bootstrap`; problems go to the node's list. */
export function parseBootstrap(
  root: ConfigNode,
  registry: ExtensionRegistry,
  filterModules: readonly string[] = [],
): BootstrapModel {
  const resources = root.message('static_resources');
  const isTerminal = (typeUrl: string): boolean => isTerminalFilter(registry.find('network.filter', typeUrl));
  const clusters = parseClusters(root, resources?.list('clusters') ?? []);
  const listeners = (resources?.list('listeners') ?? []).map((node, i) =>
    parseListener(node, i, { accessLogs: parseAccessLogs, isTerminal }),
  );
  noteInternalListeners(root, resources?.list('listeners') ?? []);
  root.unsupported('dynamic_resources', 'resources stand in the file so far');
  noteInnards(root);
  const runtime = root.message('layered_runtime');
  const stats = root.message('stats_config');
  return {
    node: parseNode(root.message('node')),
    admin: parseAdmin(root.message('admin')),
    listeners,
    clusters,
    statsSinks: root.extensions('stat.sink', 'stats_sinks'),
    statsConfig: {
      ...(stats === undefined ? DEFAULT_STATS_CONFIG : parseStatsConfig(stats)),
      ofClusters: parseClusterMatchers(resources?.list('clusters') ?? []),
    },
    statsFlushMs: root.duration('stats_flush_interval', 5000),
    flushOnAdmin: root.bool('stats_flush_on_admin'),
    runtime: runtime === undefined ? emptyRuntime : parseLayeredRuntime(runtime),
    watchdog: parseWatchdog(root),
    secrets: parseStaticSecrets(resources?.list('secrets') ?? []),
    watchedSecrets: [],
    filterModules,
    logFormat: parseApplicationLog(root.message('application_log_config')),
    shownVersion: root.optionalNumber('stats_server_version_override') ?? null,
    overload: parseOverload(root.message('overload_manager')),
    resolver: parseResolver(root) ?? systemResolver,
    outlierEventLog:
      root.message('cluster_manager')?.message('outlier_detection')?.string('event_log_path') ?? '',
  };
}

/** Listeners that clusters reach without a socket take an extension that says so. */
function noteInternalListeners(root: ConfigNode, listeners: readonly ConfigNode[]): void {
  const extensions = root.extensions('bootstrap', 'bootstrap_extensions');
  if (extensions.some(({ typeUrl }) => typeUrl.endsWith('.internal_listener.v3.InternalListener'))) return;
  for (const node of listeners) {
    if (!node.has('internal_listener')) continue;
    node.error(
      `error adding listener named '${node.string('name')}': InternalListener bootstrap extension is mandatory`,
      'internal_listener',
    );
  }
}

/** How Envoy's own insides are set up. */
function noteInnards(root: ConfigNode): void {
  root.noEffect('deferred_stat_options', 'stats take no memory before they are used');
  root.noEffect('inline_headers', 'all headers are found in one way');
  root.noEffect('perf_tracing_file_path', 'the build has no such tracing');
  root.noEffect('grpc_async_client_manager_config', 'clients last as long as those who use them');
  root.noEffect('memory_allocator_manager', 'V8 gives memory back by itself');
  const evictionMs = root.duration('stats_eviction_interval', 0);
  if (evictionMs % root.duration('stats_flush_interval', 5000) !== 0) {
    const text = 'stats_eviction_interval must be a multiple of stats_flush_interval';
    root.error(text, 'stats_eviction_interval');
  }
  root.noEffect('stats_eviction_interval', 'no stat is of a kind that is evicted');
  root.noEffect('enable_worker_cpu_affinity', 'the kernel places the threads');
  root
    .message('cluster_manager')
    ?.noEffect(
      'enable_deferred_cluster_creation',
      'workers make what clusters need when they are first used',
    );
  const regex = root.message('default_regex_engine')?.message('typed_config');
  if (regex?.typeName === 'envoy.extensions.regex_engines.v3.GoogleRE2')
    root.noEffect('default_regex_engine', 'regular expressions are those of RE2');
}

function isTerminalFilter(filter: Extension | undefined): boolean {
  return filter !== undefined && 'isTerminal' in filter && filter.isTerminal === true;
}

/** What holds for all clusters that say nothing of their own. */
function withBind(cluster: ClusterConfig, sources: BindSources | null): ClusterConfig {
  if (sources === null) return cluster;
  const options = [...cluster.socket.options, ...sources.options];
  return { ...cluster, socket: { ...cluster.socket, ...sources, options } };
}

function parseClusters(root: ConfigNode, nodes: readonly ConfigNode[]): readonly ClusterConfig[] {
  const clusters: ClusterConfig[] = [];
  const seen = new Set<string>();
  const localCluster = root.message('cluster_manager')?.string('local_cluster_name') ?? '';
  const bind = root.message('cluster_manager')?.message('upstream_bind_config');
  const sources = bind === undefined ? null : parseBindConfig(bind);
  for (const node of nodes) {
    const cluster = withBind(parseCluster(node), node.has('upstream_bind_config') ? null : sources);
    if (seen.has(cluster.name)) node.error(`cluster manager: duplicate cluster '${cluster.name}'`, 'name');
    seen.add(cluster.name);
    clusters.push(localCluster === '' ? cluster : { ...cluster, localCluster });
  }
  noteSourceProblems(clusters, nodes);
  noteCacheProblems(clusters, nodes);
  const manager = root.message('cluster_manager');
  if (manager !== undefined) {
    manager.unsupported('load_stats_config');
  }
  return clusters;
}

/** Clusters that are asked for hosts have to be there, and to have hosts of their own. */
function noteSourceProblems(clusters: readonly ClusterConfig[], nodes: readonly ConfigNode[]): void {
  const types = new Map(clusters.map(({ name, type }) => [name, type]));
  for (const [i, { eds }] of clusters.entries()) {
    const problem = eds?.rest ? sourceProblem(eds.rest, (name) => types.get(name)) : '';
    if (problem !== '') nodes[i]?.error(problem, 'eds_cluster_config');
  }
}

/** Clusters that share a cache of names by its name have to agree on it. */
function noteCacheProblems(clusters: readonly ClusterConfig[], nodes: readonly ConfigNode[]): void {
  const settings = new Map<string, string>();
  for (const [i, { forwardProxy }] of clusters.entries()) {
    if (forwardProxy === null) continue;
    const { name } = forwardProxy.cache;
    const text = JSON.stringify(forwardProxy.cache);
    const known = settings.get(name) ?? text;
    settings.set(name, known);
    const problem = `config specified DNS cache '${name}' with different settings`;
    if (known !== text) nodes[i]?.error(problem, 'cluster_type');
  }
}

/** What a node says of itself that only a control plane reads. */
function noteControlPlaneFields(node: ConfigNode): void {
  const why = 'only a control plane reads it';
  const fields = [
    'dynamic_parameters',
    'user_agent_name',
    'user_agent_version',
    'user_agent_build_version',
    'extensions',
    'client_features',
    'listening_addresses',
  ];
  for (const field of fields) node.noEffect(field, why);
  const locality = node.message('locality');
  locality?.noEffect('region', why);
  locality?.noEffect('sub_zone', why);
}

function parseNode(node: ConfigNode | undefined): NodeConfig {
  if (node === undefined) return { id: '', cluster: '', zone: '', metadata: null };
  noteControlPlaneFields(node);
  return {
    id: node.string('id'),
    cluster: node.string('cluster'),
    zone: node.message('locality')?.string('zone') ?? '',
    metadata: node.struct('metadata') ?? null,
  };
}

function parseAdmin(node: ConfigNode | undefined): AdminConfig | null {
  if (node === undefined) return null;
  node.noEffect('ignore_global_conn_limit', 'connections of operators never count towards the global limit');
  const profilePath = node.string('profile_path') || '/var/log/envoy/envoy.prof';
  node.noEffect('socket_options', 'the admin socket gets none');
  const accessLogs = parseAdminLogs(node);
  const allowPaths = node.list('allow_paths').map(parseStringMatcher);
  const address = node.message('address');
  if (address === undefined) return null;
  const pipe = address.message('pipe');
  if (pipe !== undefined) {
    return {
      address: pipe.string('path'),
      port: 0,
      isPipe: true,
      pipeMode: pipe.number('mode', 0),
      ipv4Compat: false,
      profilePath,
      accessLogs,
      allowPaths,
    };
  }
  const socket = address.message('socket_address');
  if (socket === undefined) return null;
  socket.enum('protocol', 'TCP');
  return {
    address: socket.string('address'),
    port: socket.number('port_value', 0),
    isPipe: false,
    pipeMode: 0,
    ipv4Compat: parseIpv4Compat(socket),
    profilePath,
    accessLogs,
    allowPaths,
  };
}

/** The old `access_log_path` is a file with lines of the default format. */
function parseAdminLogs(node: ConfigNode): readonly ParsedAccessLog[] {
  const logs = parseAccessLogs(node, 'access_log');
  const path = node.string('access_log_path');
  if (path === '') return logs;
  const config = { path, format: textFormatConfig(defaultLogFormat) };
  const typeUrl = 'envoy.extensions.access_loggers.file.v3.FileAccessLog';
  return [{ logger: { name: 'envoy.access_loggers.file', typeUrl, config }, filter: null }, ...logs];
}

function parseWatchdog(root: ConfigNode): WatchdogConfig {
  const node = root.message('watchdogs')?.message('worker_watchdog') ?? root.message('watchdog');
  return {
    missMs: node?.duration('miss_timeout', 200) ?? 200,
    megaMissMs: node?.duration('megamiss_timeout', 1000) ?? 1000,
    killMs: node?.duration('kill_timeout', 0) ?? 0,
  };
}
