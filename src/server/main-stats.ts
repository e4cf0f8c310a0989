import type { ExtensionConfig } from '../api/config-node.js';
import { statBlock } from '../api/stats.js';
import { systemClock } from '../base/clock.js';
import { memoryUsage } from '../base/memory-usage.js';
import { Http1 } from '../codec/http1/http1-stats.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import { filesystemStats } from '../extensions/access-loggers/log-file.js';
import { extensionRegistry } from '../extensions/index.js';
import type { ManagerConfig } from '../http/manager-config.js';
import { AsyncRouter, H, L, Tracing, V } from '../http/manager-stats.js';
import { D, DW } from '../network/downstream-stats.js';
import type { ListenerConfig } from '../network/listener-config.js';
import type { DownstreamTransportFactory, UpstreamTransportFactory } from '../network/transport-socket.js';
import type { LiveRuntime } from '../runtime/live-runtime.js';
import type { StatStore } from '../stats/store.js';
import { CM } from '../upstream/membership/membership-stats.js';
import { version } from './build.js';
import type { Certificates } from './certificates.js';
import { S, type ServerState, serverStateNumbers } from './server-stats.js';

/** `listener_manager.`: what main counts while it starts and drains. */
export const LM = statBlock({
  counters: [
    'listener_added',
    'listener_create_failure',
    'listener_create_success',
    'listener_in_place_updated',
    'listener_modified',
    'listener_removed',
    'listener_stopped',
  ],
});

/** `runtime.`: main reads the layers once. */
export const R = statBlock({
  counters: [
    'deprecated_feature_use',
    'load_error',
    'load_success',
    'override_dir_exists',
    'override_dir_not_exists',
  ],
});

const OverloadStats = statBlock({ histograms: ['refresh_interval_delay'] });
const OverloadAction = statBlock({ counters: ['count'] });

/** What the gauges that main works out are read from. */
export interface MainFacts {
  readonly store: StatStore;
  readonly runtime: LiveRuntime;
  readonly startedMs: number;
  readonly state: ServerState;
  readonly isHealthCheckFailed: boolean;
  readonly connections: number;
  /** Listeners that are bound. */
  readonly activeListeners: number;
  readonly certificates: Certificates;
  readonly clusterCounts: { readonly active: number; readonly warming: number };
}

/** The state as operators are told it: a failed health check drains. */
export function shownState(facts: Pick<MainFacts, 'state' | 'isHealthCheckFailed'>): ServerState {
  return facts.state === 'LIVE' && facts.isHealthCheckFailed ? 'DRAINING' : facts.state;
}

/** `server.version`: the commit's first digits in Envoy; here those of the version. */
const buildNumber = version
  .split('.')
  .reduce((number, part) => number * 1000 + (Number.parseInt(part, 10) || 0), 0);

export function declareMainStats(facts: MainFacts, concurrency: number, shownVersion: number | null): void {
  const { store } = facts;
  store.declare('server', S);
  store.declare('listener_manager', LM);
  store.declare('cluster_manager', CM);
  store.declare('runtime', R);
  store.declare('filesystem', filesystemStats);
  store.declare('http1', Http1);
  store.declare('http.async-client', AsyncRouter);
  store.declare('overload', OverloadStats);
  store.declare('envoy.overload_actions.reset_high_memory_stream', OverloadAction);
  declareServerGauges(facts, concurrency, shownVersion ?? buildNumber);
  // Threads build clusters at their first use; all of them are there for use.
  for (let i = -1; i < concurrency; i++) {
    const thread = i < 0 ? 'main_thread' : `worker_${i}`;
    gaugesOf(store, `thread_local_cluster_manager.${thread}`)(
      'clusters_inflated',
      () => facts.clusterCounts.active,
    );
  }
  declareManagerGauges(facts);
  declareRuntimeGauges(facts);
}

function declareServerGauges(facts: MainFacts, concurrency: number, shownVersion: number): void {
  const gauge = gaugesOf(facts.store, 'server');
  gauge('uptime', () => Math.floor((systemClock.now() - facts.startedMs) / 1000));
  gauge('concurrency', () => concurrency);
  gauge('live', () => (shownState(facts) === 'LIVE' ? 1 : 0));
  gauge('state', () => serverStateNumbers[shownState(facts)]);
  gauge('total_connections', () => facts.connections);
  gauge('parent_connections', () => 0);
  gauge('hot_restart_epoch', () => 0);
  gauge('version', () => shownVersion);
  gauge('stats_recent_lookups', () => 0);
  gauge('compilation_settings.fips_mode', () => 0);
  gauge('days_until_first_cert_expiring', () => facts.certificates.daysLeft(systemClock.wallMs()));
  gauge('seconds_until_first_ocsp_response_expiring', () => 0);
  gauge('memory_heap_size', () => memoryUsage().heapTotal);
  gauge('memory_allocated', () => memoryUsage().heapUsed);
  gauge('memory_physical_size', () => memoryUsage().rss);
}

function declareManagerGauges(facts: MainFacts): void {
  const cluster = gaugesOf(facts.store, 'cluster_manager');
  cluster('active_clusters', () => facts.clusterCounts.active);
  cluster('warming_clusters', () => facts.clusterCounts.warming);
  const listener = gaugesOf(facts.store, 'listener_manager');
  listener('total_listeners_active', () => facts.activeListeners);
  listener('total_listeners_warming', () => 0);
  listener('total_listeners_draining', () => 0);
  listener('total_filter_chains_draining', () => 0);
  listener('workers_pinned', () => 0);
  listener('workers_started', () => (facts.state === 'LIVE' ? 1 : 0));
}

function declareRuntimeGauges({ store, runtime }: MainFacts): void {
  const gauge = gaugesOf(store, 'runtime');
  gauge('num_keys', () => runtime.current.size);
  gauge('num_layers', () => runtime.current.layers.length);
  gauge('admin_overrides_active', () =>
    runtime.current.layers.some(({ kind, values }) => kind === 'admin' && Object.keys(values).length > 0)
      ? 1
      : 0,
  );
  gauge('deprecated_feature_seen_since_process_start', () => 0);
}

export function gaugesOf(store: StatStore, prefix: string): (name: string, read: () => number) => void {
  return (name, read) => store.gaugeSource(`${prefix}.${name}`, read);
}

const managerType = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** Stats of a listener and its connection managers, listed with zeros before a worker writes them. */
export function declareListenerStats(store: StatStore, listener: ListenerConfig, concurrency: number): void {
  store.declare(listener.statPrefix, D);
  for (let i = 0; i < concurrency; i++) store.declare(`${listener.statPrefix}.worker_${i}`, DW);
  const chains =
    listener.defaultChain === null ? listener.chains : [...listener.chains, listener.defaultChain];
  for (const { transport } of chains)
    declareTransport(store, 'transport.socket.downstream', transport, listener.statPrefix);
  for (const { filters } of chains) {
    for (const { typeUrl, config } of filters) {
      if (typeUrl !== managerType) continue;
      // Its own parser made it: both come from this build.
      const { statPrefix, routes } = config as ManagerConfig;
      store.declare(`http.${statPrefix}`, H);
      store.declare(`http.${statPrefix}.tracing`, Tracing);
      store.declare(`${listener.statPrefix}.http.${statPrefix}`, L);
      declareRouteStats(store, routes);
    }
  }
}

/** Virtual clusters, and routes with a `stat_prefix`. */
function declareRouteStats(store: StatStore, { virtualHosts }: ManagerConfig['routes']): void {
  for (const { name, virtualClusters, routes } of virtualHosts) {
    for (const cluster of virtualClusters) store.declare(`vhost.${name}.vcluster.${cluster.name}`, V);
    if (virtualClusters.length > 0) store.declare(`vhost.${name}.vcluster.other`, V);
    for (const { statPrefix } of routes)
      if (statPrefix !== '') store.declare(`vhost.${name}.route.${statPrefix}`, V);
  }
}

/** What main counts once at start, of the resources of the bootstrap. */
export function countStart(store: StatStore, model: BootstrapModel): void {
  store.lane.bind('cluster_manager', CM).add(CM.cluster_added, model.clusters.length);
  const listeners = store.lane.bind('listener_manager', LM);
  listeners.add(LM.listener_added, model.listeners.length);
}

/** What the handshakes of a transport socket count. */
export function declareTransport(
  store: StatStore,
  kind: 'transport.socket.downstream' | 'transport.socket.upstream',
  transport: ExtensionConfig | null,
  statPrefix: string,
): void {
  if (transport === null) return;
  const factory = registry.find(kind, transport.typeUrl) as
    | DownstreamTransportFactory
    | UpstreamTransportFactory
    | undefined;
  for (const [suffix, block] of factory?.stats ?? []) store.declare(`${statPrefix}.${suffix}`, block);
}

const registry = extensionRegistry();
