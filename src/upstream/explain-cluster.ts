import type { ClusterExplanation, HostExplanation, Setting } from '../api/explain.js';
import type { RuntimeView } from '../api/runtime.js';
import {
  type Host,
  type HostChooser,
  type LoadBalancerContext,
  type RoutingPriority,
  unhealthyMask,
} from '../api/upstream.js';
import { timeoutText } from '../base/time-text.js';
import { placeOf } from '../match/places.js';
import type { ClusterConfig } from './config.js';
import { healthFlagsText } from './membership/cluster-view.js';
import { BreakerWord, type ClusterWords } from './shared-words.js';

/** A cluster of one thread as it is asked what it would do. */
export interface ExplainedCluster {
  readonly config: ClusterConfig;
  readonly hosts: readonly Host[];
  readonly words: ClusterWords;
  readonly runtime: RuntimeView;
  readonly chooser: HostChooser;
  /** The one that a request wants whatever the balancer would choose. */
  readonly wanted: Host | null;
}

/** Hosts listed at most; the picked one is always among them. */
const toldHosts = 200;

/** What the cluster would do; its balancer is asked as for a request, so one that takes turns moves on by one. */
export function explainCluster(
  cluster: ExplainedCluster,
  context: LoadBalancerContext,
  priority: RoutingPriority,
): { readonly told: ClusterExplanation; readonly host: Host | null } {
  const { config, hosts, chooser, wanted } = cluster;
  const host = wanted ?? chooser.choose(context);
  const view = chooser.explain?.(context);
  const isCandidate = (one: Host): boolean =>
    view === undefined ? (one.health & unhealthyMask) === 0 : view.candidates.includes(one);
  const told = hosts.length <= toldHosts ? hosts : nearest(hosts, host);
  return {
    host,
    told: {
      name: config.name,
      origin: config.origin,
      type: config.type,
      balancer: config.balancer.typeUrl.split('.').at(-1) ?? '',
      settings: settingsOf(cluster, priority),
      hosts: told.map((one) => hostView(one, isCandidate(one))),
      hostCount: hosts.length,
      levels: view?.levels ?? [],
      pick: host?.address.text ?? '',
      pickNote: pickNote(config, context, host, wanted !== null),
    },
  };
}

function nearest(hosts: readonly Host[], picked: Host | null): readonly Host[] {
  const first = hosts.slice(0, toldHosts);
  return picked === null || first.includes(picked) ? first : [picked, ...first.slice(1)];
}

function hostView(host: Host, isCandidate: boolean): HostExplanation {
  const { region, zone, subZone } = host.locality;
  return {
    address: host.address.text,
    hostname: host.hostname,
    weight: host.weight,
    priority: host.priority,
    locality: [region, zone, subZone].filter((part) => part !== '').join('/'),
    health: healthFlagsText(host.health),
    activeRequests: host.activeRequests,
    isCandidate,
  };
}

const hashing: ReadonlySet<string> = new Set(['RingHash', 'Maglev']);

function pickNote(
  { balancer }: ClusterConfig,
  { hash }: LoadBalancerContext,
  host: Host | null,
  isWanted: boolean,
): string {
  if (host === null) return 'no host can serve: 503, no healthy upstream';
  if (isWanted) return 'a filter has chosen it';
  const name = balancer.typeUrl.split('.').at(-1) ?? '';
  if (hashing.has(name))
    return hash === undefined ? 'at random: the request has no hash' : 'always, by the hash of the request';
  if (name === 'RoundRobin') return 'the next in turn; each worker has a turn of its own';
  if (name === 'LeastRequest') return 'the least busy of those drawn at random';
  return 'drawn at random';
}

function settingsOf(cluster: ExplainedCluster, priority: RoutingPriority): readonly Setting[] {
  const { config } = cluster;
  const { places, origin } = config;
  const place = (field: string): string => placeOf(places, field, origin);
  return [
    {
      name: 'connect_timeout',
      value: timeoutText(config.connectTimeoutMs),
      origin: place('connect_timeout'),
    },
    { name: 'idle_timeout', value: timeoutText(config.idleTimeoutMs), origin: place('idle_timeout') },
    ...limitsOf(cluster, priority),
    ...(config.outlier === null
      ? []
      : [{ name: 'outlier_detection', value: 'on', origin: place('outlier_detection') }]),
    ...(config.healthChecks.length === 0
      ? []
      : [
          {
            name: 'health_checks',
            value: String(config.healthChecks.length),
            origin: place('health_checks'),
          },
        ]),
  ];
}

const limits = [
  ['max_connections', 'maxConnections', BreakerWord.connections],
  ['max_pending_requests', 'maxPendingRequests', BreakerWord.pending],
  ['max_requests', 'maxRequests', BreakerWord.requests],
  ['max_retries', 'maxRetries', BreakerWord.retries],
] as const;

/** Runtime has the last word on a limit. */
function limitsOf(
  { config, words, runtime }: ExplainedCluster,
  priority: RoutingPriority,
): readonly Setting[] {
  const root = `circuit_breakers.${config.name}.${priority === 0 ? 'default' : 'high'}`;
  return limits.map(([name, field, word]) => {
    const configured = config.thresholds[priority][field];
    const limit = runtime.number(`${root}.${name}`, configured);
    const place = placeOf(config.places, 'circuit_breakers', config.origin);
    return {
      name,
      value: `${limit} (${words.used(priority, word)} used)`,
      origin: limit === configured ? place : `runtime ${root}.${name}`,
    };
  });
}
