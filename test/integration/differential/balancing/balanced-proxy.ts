import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { withoutEnvoy } from '../../../support/envoy.js';
import type { Answer } from '../../../support/proxy.js';
import { type ProxyKind, ProxyUnderTest } from '../proxy-under-test.js';

export const kinds: readonly ProxyKind[] = withoutEnvoy === false ? ['envoy', 'sluice'] : ['sluice'];

/** One cluster of the bootstrap, reached by the first part of the path. */
export interface BalancedCluster {
  readonly name: string;
  /** Everything but name and hosts, as flow-style YAML fields. */
  readonly fields: string;
  /** Everything of its assignment but the name. */
  assignment(port: number): string;
  /** What its route has besides. */
  readonly route?: string;
}

/** An endpoint on an address of its own; one origin listens on all of them. */
export function endpoint(last: number, port: number, rest = ''): string {
  return `{endpoint: {address: {socket_address: {address: 127.0.0.${last}, port_value: ${port}}}}${rest}}`;
}

const types = 'type.googleapis.com/envoy.extensions.filters';

function bootstrapText(
  clusters: readonly BalancedCluster[],
  origin: number,
  main: number,
  admin: number,
): string {
  const routes = clusters.map(
    ({ name, route = '' }) => `{match: {prefix: /${name}/}, route: {cluster: ${name}, ${route}}}`,
  );
  return `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: ${admin}}}}
static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: ${main}}}
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": ${types}.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [${routes.join(', ')}]}]}
          http_filters: [{name: router, typed_config: {"@type": ${types}.http.router.v3.Router}}]
  clusters:
${clusters.map(({ name, fields, assignment }) => `  - {name: ${name}, ${fields}, load_assignment: {cluster_name: ${name}, ${assignment(origin)}}}`).join('\n')}
`;
}

/** One of the proxies with clusters that are balanced in many ways over the addresses of one origin. */
export class BalancedProxy {
  private readonly proxy: ProxyUnderTest;
  private readonly agent: Agent;

  private constructor(proxy: ProxyUnderTest) {
    this.proxy = proxy;
    this.agent = new Agent({ keepAlive: true, maxSockets: 4 });
  }

  static async start(
    t: TestContext,
    kind: ProxyKind,
    clusters: readonly BalancedCluster[],
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<BalancedProxy> {
    const origin = createServer((incoming, response) => {
      response.setHeader('x-host', incoming.socket.localAddress ?? '');
      answer(incoming, response);
    });
    origin.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => origin.listen(0, '0.0.0.0', resolve));
    t.after(() => {
      origin.closeAllConnections();
      origin.close();
    });
    const { port } = origin.address() as AddressInfo;
    const proxy = await ProxyUnderTest.start(kind, {
      name: 'balancing',
      extension: 'yaml',
      listeners: ['main'],
      origins: [],
      text: ({ adminPort, listeners }) => bootstrapText(clusters, port, listeners['main'] ?? 0, adminPort),
    });
    const balanced = new BalancedProxy(proxy);
    t.after(() => {
      balanced.agent.destroy();
      return proxy.stop();
    });
    return balanced;
  }

  admin(path: string): Promise<string> {
    return this.proxy.admin(path);
  }

  /** The value of a counter or gauge; 0 when there is none. */
  async stat(name: string): Promise<number> {
    const text = await this.admin(`/stats?filter=^${name.replaceAll('.', '\\.')}$`);
    return Number(/: (\d+)/.exec(text)?.[1] ?? 0);
  }

  get(path: string, headers: { readonly [name: string]: string } = {}): Promise<Answer> {
    const port = this.proxy.places.listeners['main'];
    return new Promise((resolve, reject) => {
      const asking = request({ port, host: '127.0.0.1', path, headers, agent: this.agent }, (response) => {
        let body = '';
        response.setEncoding('latin1').on('data', (part: string) => {
          body += part;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      asking.on('error', reject);
      asking.end();
    });
  }

  /** How many of so many requests in a row each host has answered, by the last part of its address; 0 is none. */
  async shares(path: string, count: number): Promise<{ readonly [host: number]: number }> {
    const shares: { [host: number]: number } = {};
    for (let i = 0; i < count; i++) {
      const { headers } = await this.get(path);
      const host = Number(
        String(headers['x-host'] ?? '0')
          .split('.')
          .at(-1),
      );
      shares[host] = (shares[host] ?? 0) + 1;
    }
    return shares;
  }

  /** The weights of the hosts of a cluster, by the last part of their addresses. */
  weights(cluster: string): Promise<{ readonly [host: number]: number }> {
    return this.weightsOf(new RegExp(`^${cluster}::127\\.0\\.0\\.(\\d+):\\d+::weight::(\\d+)$`, 'gm'));
  }

  /** Pairs of numbers in the lines of `/clusters`: whose weight, and the weight. */
  async weightsOf(line: RegExp): Promise<{ readonly [key: number]: number }> {
    const lines = (await this.admin('/clusters')).matchAll(line);
    return Object.fromEntries([...lines].map(([, key, weight]) => [Number(key), Number(weight)]));
  }
}
