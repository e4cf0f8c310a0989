import { ok } from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { type TestContext, test } from 'node:test';
import { type RunningProxy, startOrigin, startProxy } from '../support/proxy.js';

interface Balanced {
  readonly policy: string;
  /** One per origin; how many requests each should get. */
  readonly weights: readonly number[];
  /** What is under way counts too, so that shares follow from weights alone when nothing else is. */
  readonly isOneByOne?: boolean;
}

const cases: readonly Balanced[] = [
  { policy: 'lb_policy: ROUND_ROBIN', weights: [1, 1, 1, 1] },
  { policy: 'lb_policy: ROUND_ROBIN', weights: [5, 3, 1, 1] },
  { policy: 'lb_policy: LEAST_REQUEST', weights: [1, 1, 1, 1] },
  { policy: 'lb_policy: LEAST_REQUEST', weights: [4, 2, 1, 1], isOneByOne: true },
  { policy: 'lb_policy: RANDOM', weights: [1, 1, 1, 1] },
  { policy: 'lb_policy: RING_HASH, ring_hash_lb_config: { minimum_ring_size: 8192 }', weights: [3, 1, 1, 1] },
  { policy: 'lb_policy: MAGLEV', weights: [3, 1, 1, 1] },
];

const bootstrap = (clusters: readonly string[]): string => `
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: / }
                route: { cluster_header: x-cluster, hash_policy: [{ header: { header_name: x-key } }] }
          http_filters:
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
${clusters.join('\n')}
`;

function cluster(name: string, { policy, weights }: Balanced, ports: readonly number[]): string {
  const endpoints = ports.map(
    (port, i) =>
      `{ load_balancing_weight: ${weights[i]}, endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } } }`,
  );
  const assignment = `{ cluster_name: ${name}, endpoints: [{ lb_endpoints: [${endpoints.join(', ')}] }] }`;
  return `  - { name: ${name}, ${policy}, load_assignment: ${assignment} }`;
}

/** Asks over several connections, which lie with all workers; answers how often each origin was asked. */
async function ask(
  proxy: RunningProxy,
  clusterName: string,
  requests: number,
  connections: number,
): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  let left = requests;
  const loop = async (agent: Agent): Promise<void> => {
    while (left-- > 0) {
      const headers = { 'x-cluster': clusterName, 'x-key': `key-${left}` };
      const name = await bodyFrom(proxy.port(), agent, headers);
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    agent.destroy();
  };
  // A single client comes with a connection for each request, so that every worker gets some.
  const keepAlive = connections > 1;
  const agents = Array.from({ length: connections }, () => new Agent({ keepAlive, maxSockets: 1 }));
  await Promise.all(agents.map(loop));
  return seen;
}

function bodyFrom(port: number, agent: Agent, headers: { readonly [name: string]: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

async function startOrigins(t: TestContext, names: readonly string[]): Promise<readonly number[]> {
  const origins = await Promise.all(
    names.map((name) => startOrigin(t, (_request, response) => response.end(name))),
  );
  return origins.map((it) => it.port);
}

/** Pearson's chi-square; 24.3 is passed by one in 50,000 random draws with three degrees of freedom. */
function expectShares(seen: ReadonlyMap<string, number>, weights: readonly number[], what: string): void {
  const total = [...seen.values()].reduce((sum, it) => sum + it, 0);
  const sum = weights.reduce((a, b) => a + b, 0);
  let chiSquare = 0;
  for (const [i, weight] of weights.entries()) {
    const wanted = (total * weight) / sum;
    chiSquare += ((seen.get(`origin-${i}`) ?? 0) - wanted) ** 2 / wanted;
  }
  ok(chiSquare < 24.3, `${what}: chi-square ${chiSquare.toFixed(1)}: ${JSON.stringify([...seen])}`);
}

for (const workers of [1, 4]) {
  test(`every balancer shares by weight, with ${workers} worker(s)`, async (t) => {
    const ports = await startOrigins(
      t,
      [0, 1, 2, 3].map((i) => `origin-${i}`),
    );
    const clusters = cases.map((it, i) => cluster(`c${i}`, it, ports));
    const proxy = await startProxy(t, bootstrap(clusters), ['--concurrency', String(workers)]);
    for (const [i, { policy, weights, isOneByOne }] of cases.entries()) {
      const connections = isOneByOne === true ? 1 : workers * 4;
      expectShares(await ask(proxy, `c${i}`, 800, connections), weights, `${policy} ${weights.join(':')}`);
    }
  });

  test(`least request spares an origin that is slow, with ${workers} worker(s)`, async (t) => {
    const fast = await startOrigins(t, ['origin-0', 'origin-1', 'origin-2']);
    const slow = await startOrigin(t, (_request, response) => setTimeout(() => response.end('slow'), 100));
    const even = { policy: 'lb_policy: LEAST_REQUEST', weights: [1, 1, 1, 1] };
    const proxy = await startProxy(t, bootstrap([cluster('c', even, [...fast, slow.port])]), [
      '--concurrency',
      String(workers),
    ]);
    const seen = await ask(proxy, 'c', 600, 12);
    const asked = seen.get('slow') ?? 0;
    ok(
      asked > 0 && asked < 75,
      `${asked} of 600 requests went to the slow origin, half of its share or more`,
    );
  });
}
