import type { PathRule } from '../admin/pages.js';
import type {
  AdminViews,
  ExtensionView,
  ListenerAddress,
  ListenerStatus,
  LoggingAdmin,
  MemoryView,
  Operations,
  PendingView,
  ProcessView,
  RuntimeAdmin,
  WorkerFailures,
} from '../admin/views.js';
import type { ClusterFailures } from '../api/autopsy.js';
import type { Explanation, Probe } from '../api/explain.js';
import type { ExtensionKind } from '../api/extension.js';
import { systemClock } from '../base/clock.js';
import { memoryUsage } from '../base/memory-usage.js';
import { SystemRandom } from '../base/random.js';
import type { AdminConfig } from '../config/bootstrap.js';
import { extensionRegistry } from '../extensions/index.js';
import { buildStringMatcher } from '../match/string-matcher.js';
import type { BoundAddress } from './acceptor.js';
import { AdminAccessLog } from './admin-access-log.js';
import { AdminServer } from './admin-server.js';
import { AdminStats } from './admin-stats.js';
import { version } from './build.js';
import { commandLine } from './command-line.js';
import { localAddress } from './local-address.js';
import { shownState } from './main-stats.js';
import type { Server } from './server.js';
import { ThreadProfilers } from './thread-profilers.js';

/** The admin server of a proxy; null when the bootstrap has none. `quit` ends the process as SIGTERM does. */
export function adminServerOf(server: Server, quit: () => void): AdminServer | null {
  const { model, options, log } = server.input;
  if (model.admin === null) return null;
  return new AdminServer({
    bind: model.admin,
    views: adminViews(server, quit),
    mayAsk: pathRule(model.admin),
    accessLog: adminAccessLog(server, model.admin),
    stats: new AdminStats(server.store.lane, systemClock),
    log: log.named('admin'),
    addressPath: options.adminAddressPath,
  });
}

function adminAccessLog(
  { scope, input }: Server,
  { accessLogs, address, isPipe }: AdminConfig,
): AdminAccessLog {
  const logs = accessLogs.map((log) => scope.accessLog(log));
  const own = localAddress(input.options.localAddressVersion);
  return new AdminAccessLog(logs, isPipe ? address : '', own, systemClock, new SystemRandom());
}

/** `allow_paths`; without it everything is allowed. */
function pathRule({ allowPaths }: AdminConfig): PathRule {
  if (allowPaths.length === 0) return () => true;
  const rules = allowPaths.map(buildStringMatcher);
  return (target) => rules.some((matches) => matches(target));
}

/** The views of the admin pages over the server. */
function adminViews(server: Server, quit: () => void): AdminViews {
  return {
    process: processView(server),
    stats: {
      store: server.store,
      boundsOf: server.boundsOf,
      areLookupsTracked: false,
      beforePage: () => {
        if (server.input.model.flushOnAdmin) server.flush.flush();
      },
    },
    config: { dump: server.input.dump, loadedMs: Date.now() },
    runtime: runtimeAdmin(server),
    logging: loggingAdmin(server),
    operations: operations(server, quit),
    profilers: new ThreadProfilers(server.input.model.admin?.profilePath ?? '', (message) =>
      server.pool.broadcast(message),
    ),
    clusters: () => server.clusters.clusterViews(),
    listeners: () => listenerStatuses(server.acceptor.bound),
    memory: () => memoryOf(server),
    certificates: () => server.certificates.list(),
    explain: (probe) => explanationOf(server, probe),
    failures: (cluster) => failuresOf(server, cluster),
  };
}

function processView(server: Server): ProcessView {
  const { options, model } = server.input;
  const node = {
    id: options.serviceNode ?? model.node.id,
    cluster: options.serviceCluster ?? model.node.cluster,
    zone: options.serviceZone ?? model.node.zone,
  };
  return {
    get state() {
      return shownState(server);
    },
    get uptimeMs() {
      return systemClock.now() - server.startedMs;
    },
    version: `sluice/${version}/Clean/RELEASE/${process.versions.openssl}`,
    options: commandLine(options),
    node,
    extensions: extensionViews(),
    pending: () => pendingOf(server),
  };
}

/** Envoy's categories of the seams. */
const categories: { readonly [kind in ExtensionKind]?: string } = {
  'listener.filter': 'envoy.filters.listener',
  'udp.listener.filter': 'envoy.filters.udp_listener',
  'network.filter': 'envoy.filters.network',
  'http.filter': 'envoy.filters.http',
  'upstream.http.filter': 'envoy.filters.http.upstream',
  'transport.socket.downstream': 'envoy.transport_sockets.downstream',
  'transport.socket.upstream': 'envoy.transport_sockets.upstream',
  'load.balancer': 'envoy.load_balancing_policies',
  cluster: 'envoy.clusters',
  'health.checker': 'envoy.health_checkers',
  'access.logger': 'envoy.access_loggers',
  'stat.sink': 'envoy.stats_sinks',
  tracer: 'envoy.tracers',
  'retry.host.predicate': 'envoy.retry_host_predicates',
  'retry.priority': 'envoy.retry_priorities',
};

function extensionViews(): readonly ExtensionView[] {
  const registry = extensionRegistry();
  const kinds = Object.entries(categories) as [ExtensionKind, string][];
  return kinds.flatMap(([kind, category]) =>
    registry.list(kind).map(({ name, typeUrl }) => ({ name, category, typeUrl })),
  );
}

function pendingOf(server: Server): readonly PendingView[] {
  const { model } = server.input;
  const bound = new Set(server.acceptor.bound.map(({ listener }) => listener));
  const clusters = model.clusters.filter(({ name }) => server.clusters.get(name)?.isReady !== true);
  const listeners = model.listeners.filter(({ name, bindToPort }) => bindToPort && !bound.has(name));
  return [
    { manager: 'clusters', targets: clusters.map(({ name }) => name) },
    { manager: 'listeners', targets: listeners.map(({ name }) => name) },
  ];
}

function runtimeAdmin(server: Server): RuntimeAdmin {
  return {
    current: () => server.runtime.current,
    modify: (changes) => server.modifyRuntime(changes),
  };
}

/** Workers write to the logger `main`. */
function loggingAdmin(server: Server): LoggingAdmin {
  const { log } = server.input;
  return {
    levels: () => log.levels(),
    set(logger, level) {
      log.setLevel(level, logger);
      if (logger === 'main') server.pool.broadcast({ kind: 'log-level', level });
    },
    setAll(level) {
      log.setLevel(level);
      server.pool.broadcast({ kind: 'log-level', level });
    },
  };
}

function operations(server: Server, quit: () => void): Operations {
  const { model } = server.input;
  return {
    failHealthCheck(isFailed) {
      server.isHealthCheckFailed = isFailed;
      server.pool.broadcast({ kind: 'fail-health-check', isFailed });
    },
    drainListeners: (request) => server.listenerDrain.drain(model.listeners, request),
    resetCounters: () => server.store.resetCounters(),
    reopenLogs: () => server.reopenLogs(),
    quit,
  };
}

/** Addresses of one listener stand together, in the order of the listeners. */
function listenerStatuses(bound: readonly BoundAddress[]): readonly ListenerStatus[] {
  const byName = new Map<string, ListenerAddress[]>();
  for (const address of bound) {
    const addresses = byName.get(address.listener) ?? [];
    addresses.push(listenerAddress(address));
    byName.set(address.listener, addresses);
  }
  return [...byName].map(([name, addresses]) => ({ name, addresses }));
}

function listenerAddress({ text, port }: BoundAddress): ListenerAddress {
  if (port === 0) return { host: text, port, isPipe: true };
  const host = text.slice(0, text.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
  return { host, port, isPipe: false };
}

/** Workers are of this build: what they answer is what was asked for. */
async function failuresOf(server: Server, cluster: string): Promise<readonly WorkerFailures[]> {
  const question = { kind: 'failures', cluster } as const;
  const answers = await server.questions.ask(server.pool.serving, (id) => ({
    kind: 'question',
    id,
    question,
  }));
  return answers.map(({ worker, answer }) => ({ worker, clusters: answer as readonly ClusterFailures[] }));
}

/** A busy worker may take its time: whoever asks is a person. */
const explainWaitMs = 5000;

async function explanationOf(server: Server, probe: Probe): Promise<Explanation | null> {
  const question = { kind: 'explain', probe } as const;
  const [answer] = await server.questions.ask(
    server.pool.serving.slice(0, 1),
    (id) => ({ kind: 'question', id, question }),
    explainWaitMs,
  );
  return answer === undefined ? null : (answer.answer as Explanation);
}

async function memoryOf(server: Server): Promise<MemoryView> {
  const answers = await server.memory.ask(server.pool.serving, (id) => ({ kind: 'memory', id }));
  const workers = answers.map(({ worker, answer }) => ({ worker, usage: answer }));
  const { heapUsed, heapTotal, external, rss } = memoryUsage();
  return { process: { heapUsed, heapTotal, external, residentBytes: rss }, workers };
}
