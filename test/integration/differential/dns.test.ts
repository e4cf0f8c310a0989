import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { DnsServer } from '../../support/dns-server.js';
import { withoutEnvoy } from '../../support/envoy.js';
import { eventually } from '../../support/eventually.js';
import { changingNames, type DnsBootstrap, everyKind } from './dns-bootstrap.js';
import { difference } from './observation.js';
import { type ProxyKind, ProxyUnderTest } from './proxy-under-test.js';

type Lines = readonly string[];

const counted = ['update_attempt', 'update_success', 'update_failure', 'update_empty', 'update_no_rebuild'];
const membership = ['membership_change', 'membership_total', 'membership_healthy', 'max_host_weight'];

/** Stats and hosts of clusters, as both proxies show them. */
class ClusterPages {
  private readonly proxy: ProxyUnderTest;
  private stats: ReadonlyMap<string, number>;
  private clusters: Lines;

  constructor(proxy: ProxyUnderTest) {
    this.proxy = proxy;
    this.stats = new Map();
    this.clusters = [];
  }

  async look(): Promise<void> {
    const text = await this.proxy.admin('/stats?filter=^(cluster|dns)\\.');
    const found = text.matchAll(/^(\S+): (\d+)$/gm);
    this.stats = new Map(Array.from(found, ([, name = '', value]) => [name, Number(value)]));
    this.clusters = (await this.proxy.admin('/clusters')).split('\n');
  }

  stat(cluster: string, name: string): number {
    return this.stats.get(`cluster.${cluster}.${name}`) ?? -1;
  }

  values(cluster: string, names: Lines): string {
    return names.map((name) => `${name}=${this.stat(cluster, name)}`).join(' ');
  }

  /** `address hostname` of each host. */
  hosts(cluster: string): string {
    const found = this.clusters.filter(
      (line) => line.startsWith(`${cluster}::`) && line.includes('::hostname::'),
    );
    return found.map((line) => line.replace('::hostname::', ' ').slice(cluster.length + 2)).join();
  }

  get resolver(): Lines {
    const own = [...this.stats].filter(([name]) => name.startsWith('dns.'));
    return own.map(([name, value]) => `${name} ${value}`);
  }

  /** Whether every cluster has had its first answer, and what it made of it. */
  isSettled(clusters: Lines): boolean {
    return clusters.every((name) => {
      const ended = this.stat(name, 'update_success') + this.stat(name, 'update_failure');
      return ended > 0 && ended === this.stat(name, 'update_attempt');
    });
  }
}

/** What that proxy shows of the names of a server of its own. */
async function observe<S extends DnsBootstrap>(
  kind: ProxyKind,
  make: (server: DnsServer) => S,
  look: (pages: ClusterPages, server: DnsServer, made: S) => Promise<Lines>,
): Promise<Lines> {
  const server = await DnsServer.start();
  const made = make(server);
  const proxy = await ProxyUnderTest.start(kind, made.bootstrap);
  try {
    const pages = new ClusterPages(proxy);
    await eventually(async () => {
      await pages.look();
      return pages.isSettled(made.names);
    });
    return await look(pages, server, made);
  } finally {
    await proxy.stop();
    server.close();
  }
}

async function askedOnce(pages: ClusterPages, server: DnsServer, { names }: DnsBootstrap): Promise<Lines> {
  const clusters = names.map((name) => {
    const questions = server.askedAbout(`${name}.test`).map((it) => it.replace(/ \S+$/, ''));
    return `${name} | ${pages.values(name, [...counted, ...membership])} | ${pages.hosts(name)} | ${questions}`;
  });
  return [...clusters, ...pages.resolver];
}

async function changed(
  pages: ClusterPages,
  _: DnsServer,
  made: ReturnType<typeof changingNames>,
): Promise<Lines> {
  const { names } = made;
  const attempts = new Map(names.map((name) => [name, pages.stat(name, 'update_attempt')]));
  made.change();
  // When the third question after the change is asked, the answer to the second is in force.
  await eventually(async () => {
    await pages.look();
    return names.every((name) => pages.stat(name, 'update_attempt') >= (attempts.get(name) ?? 0) + 3);
  });
  return names.map((name) => `${name} | ${pages.values(name, membership)} | ${pages.hosts(name)}`);
}

test('the same questions are asked, the same hosts come of the answers', { skip: withoutEnvoy }, async () => {
  const both = (['envoy', 'sluice'] as const).map((kind) => observe(kind, everyKind, askedOnce));
  const [theirs = [], ours = []] = await Promise.all(both);
  deepEqual(difference(theirs, ours), []);
});

test('names that change change the same hosts', { skip: withoutEnvoy }, async () => {
  const both = (['envoy', 'sluice'] as const).map((kind) => observe(kind, changingNames, changed));
  const [theirs = [], ours = []] = await Promise.all(both);
  deepEqual(difference(theirs, ours), []);
});
