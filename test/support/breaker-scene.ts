import type { TestContext } from 'node:test';
import { HoldingOrigin } from './holding-origin.js';
import { type Answer, fetchFrom, type RunningProxy, startProxy } from './proxy.js';
import { failingFilter } from './ring-bootstrap.js';

export const breakerWorkers = 4;

/** Thresholds of each cluster; both priorities have the same. */
const thresholds = {
  requests: 'max_requests: 5',
  connections: 'max_connections: 6',
  pending: 'max_connections: 0, max_pending_requests: 7',
  retries: 'max_retries: 3',
  budget: 'max_retries: 9, retry_budget: {budget_percent: {value: 25}, min_retry_concurrency: 2}',
  pools: 'max_connection_pools: 3',
  shares:
    'max_connections: 1, max_requests: 9, max_pending_requests: 20, max_retries: 5, max_connection_pools: 9',
} as const;
export type ClusterName = keyof typeof thresholds;
const names = Object.keys(thresholds) as ClusterName[];

function bootstrap(ports: ReadonlyMap<ClusterName, number>): string {
  const types = 'type.googleapis.com/envoy.extensions.filters';
  const routes = names.flatMap((name) =>
    ['HIGH', 'DEFAULT'].map((priority) => {
      const headers = priority === 'HIGH' ? 'headers: [{name: x-priority, string_match: {exact: high}}]' : '';
      const retries =
        'retry_policy: {retry_on: 5xx, num_retries: 1, retry_back_off: {base_interval: 0.001s, max_interval: 0.001s}}';
      return `{match: {prefix: /${name}/, ${headers}}, route: {cluster: ${name}, timeout: 0s, priority: ${priority}, ${retries}}}`;
    }),
  );
  const clusters = names.map((name) => {
    const limits = `track_remaining: true, ${thresholds[name]}`;
    const address = `{address: {socket_address: {address: 127.0.0.1, port_value: ${ports.get(name)}}}}`;
    return `  - name: ${name}
    circuit_breakers: {thresholds: [{${limits}}, {priority: HIGH, ${limits}}]}
    load_assignment: {cluster_name: ${name}, endpoints: [{lb_endpoints: [{endpoint: ${address}}]}]}`;
  });
  return `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": ${types}.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              include_request_attempt_count: true
              routes: [${routes.join(', ')}, {match: {prefix: /}, route: {cluster: shares}}]
          http_filters:
          - {name: failing, typed_config: {"@type": type.googleapis.com/google.protobuf.Empty}}
          - {name: router, typed_config: {"@type": ${types}.http.router.v3.Router}}
  clusters:
${clusters.join('\n')}
`;
}

export type Priority = 'default' | 'high';

/** The proxy, an origin for each cluster, and what both say. */
export class BreakerScene {
  readonly proxy: RunningProxy;
  private readonly origins: ReadonlyMap<ClusterName, HoldingOrigin>;

  constructor(proxy: RunningProxy, origins: ReadonlyMap<ClusterName, HoldingOrigin>) {
    this.proxy = proxy;
    this.origins = origins;
  }

  static async start(t: TestContext): Promise<BreakerScene> {
    const origins = new Map<ClusterName, HoldingOrigin>();
    for (const name of names) origins.set(name, await HoldingOrigin.start(t));
    const ports = new Map(names.map((name) => [name, (origins.get(name) as HoldingOrigin).port]));
    const arguments_ = ['--concurrency', String(breakerWorkers), '--filter-module', failingFilter];
    return new BreakerScene(await startProxy(t, bootstrap(ports), arguments_), origins);
  }

  origin(name: ClusterName): HoldingOrigin {
    return this.origins.get(name) as HoldingOrigin;
  }

  /** A request on a connection of its own; the workers take turns. */
  ask(path: `${ClusterName}/${string}`, priority: Priority = 'default'): Promise<Answer> {
    return fetchFrom(this.proxy.port(), `/${path}`, { headers: { 'x-priority': priority } });
  }

  /** Whether a request took its worker with it. */
  crash(): Promise<boolean> {
    return fetchFrom(this.proxy.port(), '/crash', {}).then(
      () => false,
      () => true,
    );
  }

  async stats(name: ClusterName): Promise<ReadonlyMap<string, number>> {
    const root = `cluster.${name}.`;
    const text = await this.proxy.admin(`/stats?filter=^cluster\\.${name}\\.(circuit|upstream)`);
    const found = [...text.matchAll(/^(\S+): (\d+)$/gm)];
    return new Map(found.map(([, stat, value]) => [(stat as string).slice(root.length), Number(value)]));
  }

  async stat(name: ClusterName, stat: string): Promise<number> {
    return (await this.stats(name)).get(stat) ?? Number.NaN;
  }

  /** The gauges of one limit, such as `[1, 0]` for an open breaker. */
  async gauges(
    name: ClusterName,
    priority: Priority,
    open: string,
    remaining: string,
  ): Promise<readonly [isOpen: number, remaining: number]> {
    const stats = await this.stats(name);
    const root = `circuit_breakers.${priority}`;
    return [stats.get(`${root}.${open}`) ?? -1, stats.get(`${root}.remaining_${remaining}`) ?? -1];
  }
}

export function isOverflow({ status, headers, body }: Answer): boolean {
  return status === 503 && headers['x-envoy-overloaded'] === 'true' && /reset reason: overflow/.test(body);
}
