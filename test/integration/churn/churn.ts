import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.js';
import { residentMb } from '../../support/process-usage.js';
import { mainPath, RunningProxy } from '../../support/proxy.js';

export interface ChurnOptions {
  readonly endpoints: number;
  readonly connections: number;
  readonly concurrency: number;
  /** How often every endpoint is replaced by another. */
  readonly generations: number;
  /** Least time between two generations. */
  readonly periodMs: number;
}

export interface ChurnReport {
  readonly answered: number;
  /** Answers that were none of the origin's. */
  readonly failed: readonly string[];
  /** Hosts of the cluster when all is done. */
  readonly members: number;
  readonly updates: number;
  /** Picks among hosts that are all unhealthy. */
  readonly panics: number;
  /** 99th percentiles in milliseconds: in peace, and while endpoints are replaced. */
  readonly p99Ms: readonly [number, number];
  /** Resident memory of the proxy after the fifth generation (or the last), and at the end. */
  readonly residentMb: readonly [number, number];
}

/** Every address of 127.0.0.0/8 is this machine: one origin stands for all endpoints of all generations. */
function assignment(generation: number, endpoints: number, port: number): string {
  const hosts = Array.from({ length: endpoints }, (_, i) => {
    const address = `127.${(generation % 250) + 1}.${(i >> 8) & 255}.${i & 255}`;
    return { endpoint: { address: { socket_address: { address, port_value: port } } } };
  });
  return JSON.stringify({
    version_info: String(generation),
    resources: [
      {
        '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
        cluster_name: 'origin',
        endpoints: [{ lb_endpoints: hosts }],
      },
    ],
  });
}

const bootstrap = (path: string): string => `
node: { id: here, cluster: test }
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config: { virtual_hosts: [{ name: all, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: origin } }] }] }
          http_filters: [{ name: router, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }]
  clusters:
  - name: origin
    type: EDS
    lb_policy: LEAST_REQUEST
    eds_cluster_config: { eds_config: { path_config_source: { path: ${path} } } }
`;

/** One kept connection that asks again as soon as it is answered. */
class Asker {
  readonly times: number[] = [];
  readonly failures: string[] = [];
  private isStopping = false;

  run(port: number): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      let since = 0;
      const ask = (): void => {
        since = performance.now();
        socket.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
      };
      socket.on('connect', ask).on('error', () => undefined);
      socket.setEncoding('latin1').on('data', (text: string) => {
        if (!text.includes('\r\n\r\n')) return;
        this.times.push(performance.now() - since);
        if (!text.startsWith('HTTP/1.1 200')) this.failures.push(text);
        if (this.isStopping) socket.destroy();
        else ask();
      });
      socket.on('close', () => {
        if (!this.isStopping) this.failures.push('closed');
        resolve();
      });
    });
  }

  stop(): void {
    this.isStopping = true;
  }
}

/** Replaces every endpoint of a cluster again and again while requests pass, and says what that did to them. */
export async function churn(options: ChurnOptions): Promise<ChurnReport> {
  const { endpoints, connections, concurrency } = options;
  const origin = createServer((_, response) => response.end('hello'));
  // An origin that closes what is idle may close what has just been used: that failure would be its own.
  origin.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => origin.listen(0, '0.0.0.0', resolve));
  const { port } = origin.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-churn-'));
  const path = join(folder, 'eds.json');
  writeFileSync(path, assignment(0, endpoints, port));
  writeFileSync(join(folder, 'bootstrap.yaml'), bootstrap(path));
  const child = spawn(
    process.execPath,
    [mainPath, '-c', join(folder, 'bootstrap.yaml'), '--concurrency', String(concurrency)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const proxy = new RunningProxy(child, folder);
  try {
    await proxy.logged(/all listeners are up/);
    const askers = Array.from({ length: connections }, () => new Asker());
    const running = askers.map((asker) => asker.run(proxy.port()));
    const replace = (generation: number): void => {
      writeFileSync(`${path}.next`, assignment(generation, endpoints, port));
      renameSync(`${path}.next`, path);
    };
    return await observe(options, proxy, child.pid as number, askers, running, replace);
  } finally {
    child.kill('SIGKILL');
    await proxy.exit();
    origin.closeAllConnections();
    origin.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function observe(
  { generations, periodMs, connections }: ChurnOptions,
  proxy: RunningProxy,
  pid: number,
  askers: readonly Asker[],
  running: readonly Promise<void>[],
  replace: (generation: number) => void,
): Promise<ChurnReport> {
  const answered = (): number => askers.reduce((sum, asker) => sum + asker.times.length, 0);
  const updates = (): Promise<number> => proxy.stat('cluster.origin.update_success');
  await eventually(() => answered() >= connections * 100);
  const peace = askers.flatMap((asker) => asker.times.splice(0));
  let early = 0;
  for (let generation = 1; generation <= generations; generation++) {
    const started = performance.now();
    const [before, asked] = [await updates(), answered()];
    replace(generation);
    await eventually(
      async () =>
        performance.now() - started >= periodMs &&
        answered() >= asked + connections &&
        (await updates()) > before,
    );
    if (generation <= 5) early = residentMb(pid);
  }
  const late = residentMb(pid);
  for (const asker of askers) asker.stop();
  await Promise.all(running);
  const storm = askers.flatMap((asker) => asker.times);
  return {
    answered: peace.length + storm.length,
    failed: askers.flatMap((asker) => asker.failures),
    members: await proxy.stat('cluster.origin.membership_total'),
    updates: (await updates()) - 1,
    panics: await proxy.stat('cluster.origin.lb_healthy_panic'),
    p99Ms: [p99(peace), p99(storm)],
    residentMb: [early, late],
  };
}

function p99(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}
