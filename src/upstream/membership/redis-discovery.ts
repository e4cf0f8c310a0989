import type { StatScope } from '../../api/stats.js';
import type { Address } from '../../api/stream-info.js';
import type { Clock } from '../../base/clock.js';
import { Timer } from '../../base/timer-wheel.js';
import { respLimits } from '../../codec/redis/resp-limits.js';
import { ipAddress } from '../../network/address.js';
import { C } from '../cluster-stats.js';
import type { EndpointConfig } from '../endpoints-config.js';
import { RedisAsker, type RedisAskerScope } from '../redis-asker.js';
import type { RedisClusterConfig } from '../redis-cluster-config.js';
import { RedisCommandStats } from '../redis-command-stats.js';
import { credentialsFor } from '../redis-credentials.js';
import { type ShardFacts, type SlotRange, shardMetadata } from '../redis-shards.js';
import { readSlots, readZone, type SlotEntry, type SlotHost } from '../redis-slots.js';
import type { Discovery, DiscoveryOwner, FoundHost } from './discovery.js';
import type { DnsScope } from './dns-refresh.js';
import { M } from './membership-stats.js';
import { ipFamily, lookupFamily, type NameResolver } from './name-resolver.js';

/** How often main looks for what its threads have noted. */
const lookMs = 100;

export interface RedisScope extends DnsScope {
  readonly stats: StatScope;
  readonly clock: Clock;
}

/** A host of the answer, and what the answers say of it. */
interface FoundNode {
  readonly address: Address;
  facts: ShardFacts;
  /** Empty: it has not said. */
  zone: string;
}

/** Counts what calls for another look at the slots, up to a threshold and not too often. */
class Trigger {
  private readonly config: RedisClusterConfig;
  private lastMs: number;
  private readonly counts: { redirections: number; failures: number; degradedHosts: number };

  constructor(config: RedisClusterConfig) {
    this.config = config;
    this.lastMs = Number.NEGATIVE_INFINITY;
    this.counts = { redirections: 0, failures: 0, degradedHosts: 0 };
  }

  /** Whether that makes enough of them. */
  note(kind: 'redirections' | 'failures' | 'degradedHosts', count: number, nowMs: number): boolean {
    const threshold = this.config[kind];
    if (count === 0 || threshold === 0 || nowMs < this.lastMs + this.config.leastIntervalMs) return false;
    this.counts[kind] += count;
    if (this.counts[kind] < threshold) return false;
    this.counts[kind] = 0;
    this.lastMs = nowMs;
    return true;
  }
}

/**
 * The hosts of a Redis Cluster, as one of them tells: at first one of the configured endpoints, then any that is known.
 *
 *   looking names up ──▶ asking ──slots──▶ (asking all for their zones ──▶) waiting (refresh rate, or what threads have noted) ──▶ asking
 *          └─none─▶ waiting ─▶ looking        └─failure─▶ waiting ──▶ asking
 */
export class RedisDiscovery implements Discovery {
  readonly groups = 1;
  private readonly owner: DiscoveryOwner;
  private readonly scope: RedisScope;
  private readonly config: RedisClusterConfig;
  private readonly asking: RedisAskerScope;
  private readonly resolver: NameResolver;
  private readonly clients: Map<string, RedisAsker>;
  private readonly trigger: Trigger;
  private readonly timer: Timer;
  private readonly overdue: Timer;
  private readonly looking: Timer;
  private readonly zonesOverdue: Timer;
  private zonesAwaited: number;
  private seeds: Address[];
  private hosts: readonly Address[];
  private asked: RedisAsker | null;
  private isClosed: boolean;

  constructor(owner: DiscoveryOwner, scope: RedisScope, config: RedisClusterConfig) {
    this.owner = owner;
    this.scope = scope;
    this.config = config;
    const statRoot = `cluster.${owner.config.statName}`;
    this.asking = {
      clock: scope.clock,
      stats: scope.stats.bind(statRoot, C),
      commands: new RedisCommandStats(scope.stats, statRoot, true),
      limits: respLimits,
    };
    this.resolver = scope.resolverFor(owner.config.dns.resolver);
    this.clients = new Map();
    this.trigger = new Trigger(config);
    this.timer = new Timer(() => this.ask());
    this.overdue = new Timer(() => this.asked?.closeOverdue());
    this.looking = new Timer(() => this.look());
    this.zonesOverdue = new Timer(() => this.onZonesOverdue());
    this.zonesAwaited = 0;
    this.seeds = [];
    this.hosts = [];
    this.asked = null;
    this.isClosed = false;
  }

  fill(): void {
    // Nobody is known before somebody is asked.
  }

  start(): boolean {
    for (const endpoint of this.owner.config.endpoints) this.lookUp(endpoint);
    this.scope.timers.schedule(this.looking, lookMs);
    return this.owner.config.waitForWarmOnInit && this.owner.config.endpoints.length > 0;
  }

  close(): void {
    this.isClosed = true;
    const { timer, overdue, looking, zonesOverdue } = this;
    for (const it of [timer, overdue, looking, zonesOverdue]) this.scope.timers.cancel(it);
    for (const client of [...this.clients.values()]) client.close();
  }

  onHostDegraded(): void {
    if (this.trigger.note('degradedHosts', 1, this.scope.clock.now())) this.ask();
  }

  /** What the threads have met since the last time. */
  private look(): void {
    const { redirections, failures } = this.owner.takeTopologyNotes();
    const nowMs = this.scope.clock.now();
    const isDue = this.trigger.note('redirections', redirections, nowMs);
    if (this.trigger.note('failures', failures, nowMs) || isDue) this.ask();
    this.scope.timers.schedule(this.looking, lookMs);
  }

  private async addressesOf(name: string, port: number): Promise<readonly Address[] | null> {
    if (ipFamily(name) !== 0) return [ipAddress(name, port)];
    const answer = await this.resolver.resolve(name, lookupFamily(this.owner.config.dns.family));
    return answer.isFailure ? null : answer.addresses.map(({ ip }) => ipAddress(ip, port));
  }

  private lookUp(endpoint: EndpointConfig): void {
    void this.addressesOf(endpoint.address, endpoint.port).then((found) => {
      if (this.isClosed) return;
      if (found !== null && found.length > 0) {
        this.seeds.push(...found);
        this.ask();
        return;
      }
      this.owner.stats.inc(found === null ? M.update_failure : M.update_empty);
      this.owner.discovered();
      const again = new Timer(() => {
        if (!this.isClosed) this.lookUp(endpoint);
      });
      this.scope.timers.schedule(again, this.config.refreshMs);
    });
  }

  private ask(): void {
    this.owner.stats.inc(M.update_attempt);
    if (this.asked !== null || this.zonesAwaited > 0) return;
    const known = this.hosts.length > 0 ? this.hosts : this.seeds;
    const address = known[this.scope.random.below(Math.max(1, known.length))];
    if (address === undefined) return;
    const client = this.clientOf(address);
    this.asked = client;
    this.scope.timers.schedule(this.overdue, this.config.timeoutMs);
    client.ask(['CLUSTER', 'SLOTS'], (value) => {
      this.asked = null;
      this.scope.timers.cancel(this.overdue);
      if (this.isClosed) return;
      const slots = value === null ? null : readSlots(value);
      if (slots === null) this.fail();
      else void this.settle(slots);
    });
  }

  private clientOf(address: Address): RedisAsker {
    const known = this.clients.get(address.text);
    if (known !== undefined) return known;
    const { redis } = this.owner.config;
    const transport = this.owner.transports.of(null);
    const client = new RedisAsker(
      { address, hostname: '', transport, options: null },
      credentialsFor(redis, address.text, this.scope.clock.wallMs()),
      null,
      this.asking,
      () => this.clients.delete(address.text),
    );
    this.clients.set(address.text, client);
    return client;
  }

  private fail(): void {
    this.owner.stats.inc(M.update_failure);
    this.wait();
  }

  private wait(): void {
    this.scope.timers.schedule(this.timer, this.config.refreshMs);
  }

  /** Names of replicas that nobody knows are left out; a primary without an address is no answer. */
  private async settle(slots: readonly SlotEntry[]): Promise<void> {
    const found = new Map<string, FoundNode>();
    const factsOf = (address: Address): FoundNode => {
      const known = found.get(address.text) ?? { address, facts: { slots: [], replicates: [] }, zone: '' };
      found.set(address.text, known);
      return known;
    };
    for (const { range, primary, replicas } of [...slots].sort(byRange)) {
      const address = await this.addressOf(primary);
      if (this.isClosed) return;
      if (address === null) {
        this.fail();
        return;
      }
      const entry = factsOf(address);
      const isFirst = entry.facts.slots.length === 0;
      entry.facts = { ...entry.facts, slots: [...entry.facts.slots, range] };
      for (const replica of replicas) {
        const own = await this.addressOf(replica);
        if (own === null) continue;
        const other = factsOf(own);
        // The replicas of a shard are those of its first run of slots.
        if (isFirst) other.facts = { ...other.facts, replicates: [...other.facts.replicates, address.text] };
      }
    }
    if (this.isClosed) return;
    const nodes = [...found.values()];
    if (this.config.findsZones) this.findZones(nodes);
    else this.publish(nodes);
  }

  /** Who does not say stays in the zone of the configuration. */
  private findZones(nodes: readonly FoundNode[]): void {
    this.zonesAwaited = nodes.length;
    this.scope.timers.schedule(this.zonesOverdue, this.config.timeoutMs);
    for (const node of nodes) {
      this.clientOf(node.address).ask(['INFO'], (value) => {
        node.zone = readZone(value);
        this.zonesAwaited--;
        if (this.zonesAwaited > 0 || this.isClosed) return;
        this.scope.timers.cancel(this.zonesOverdue);
        this.publish(nodes);
      });
    }
  }

  private onZonesOverdue(): void {
    for (const client of [...this.clients.values()]) if (client.isAsking) client.closeOverdue();
  }

  private async addressOf(host: SlotHost): Promise<Address | null> {
    const found = await this.addressesOf(host.name, host.port);
    const [first] = found ?? [];
    if (first !== undefined) return first;
    this.owner.stats.inc(found === null ? M.update_failure : M.update_empty);
    return null;
  }

  private publish(found: readonly FoundNode[]): void {
    const { owner } = this;
    const [template] = owner.config.endpoints;
    if (template !== undefined) {
      const hosts: FoundHost[] = found.map(({ address, facts, zone }) => ({
        endpoint: {
          ...template,
          address: address.ip,
          port: address.port,
          hostname: '',
          weight: 1,
          locality: zone === '' ? template.locality : { ...template.locality, zone },
          metadata: shardMetadata(facts),
        },
        address,
      }));
      this.hosts = hosts.map(({ address }) => address);
      const change = owner.replace(0, hosts);
      if (change === 'none') owner.stats.inc(M.update_no_rebuild);
      else {
        if (change === 'hosts') owner.stats.inc(M.membership_change);
        owner.publish();
      }
    }
    owner.discovered();
    this.wait();
  }
}

function byRange(a: SlotEntry, b: SlotEntry): number {
  const [first, last]: SlotRange = a.range;
  return first - b.range[0] || last - b.range[1];
}
