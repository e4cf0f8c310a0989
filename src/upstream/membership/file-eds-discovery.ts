import type { HostPolicy } from '../../api/messages-upstream.js';
import { type StatScope, statBlock } from '../../api/stats.js';
import type { Clock } from '../../base/clock.js';
import { Timer } from '../../base/timer-wheel.js';
import { xxHash64 } from '../../base/xx-hash.js';
import type { DnsCaches } from '../dns-cache/dns-caches.js';
import type { AssignedHosts } from '../endpoints-config.js';
import { staticAddress } from '../endpoints-config.js';
import type { AssignmentAnswer, AssignmentReader } from './assignments.js';
import type { Discovery, DiscoveryOwner, FoundHost, PolicyChange } from './discovery.js';
import type { DnsScope } from './dns-refresh.js';
import type { FileWatches } from './file-watches.js';
import { M } from './membership-stats.js';
import { Notices } from './notices.js';

/** `cluster.<name>.`: what subscriptions count beside the block that all clusters have. */
export const Subscription = statBlock({
  counters: ['init_fetch_timeout', 'update_rejected'],
  gauges: ['update_time'],
  histograms: ['update_duration'],
});

export interface EdsScope extends DnsScope {
  readonly readAssignments: AssignmentReader;
  readonly fileWatches: FileWatches;
  /** Names that requests bring along. */
  readonly nameCaches: DnsCaches;
  readonly clock: Clock;
  readonly stats: StatScope;
  /** Sets a text readout. */
  readout(name: string, text: string): void;
}

/** Hosts that stand in a file, as an assignment in a `DiscoveryResponse`; read again when the file is moved into place. */
export class FileEdsDiscovery implements Discovery {
  readonly groups = 1;
  private readonly owner: DiscoveryOwner;
  private readonly scope: EdsScope;
  private readonly path: string;
  private readonly expected: string;
  private readonly counts;
  private readonly staleTimer: Timer;
  private readonly notices: Notices;
  private levels: ReadonlyMap<number, string>;
  /** Null once it is closed. */
  private unwatch: (() => void) | null;
  private isReading: boolean;
  private isStale: boolean;

  constructor(owner: DiscoveryOwner, scope: EdsScope) {
    const { eds, name, statName } = owner.config;
    this.owner = owner;
    this.scope = scope;
    this.path = eds?.path ?? '';
    this.expected = eds?.serviceName || name;
    this.counts = scope.stats.bind(`cluster.${statName}`, Subscription);
    this.counts.add(Subscription.init_fetch_timeout, 0);
    scope.readout(`cluster.${statName}.version_text`, '');
    this.staleTimer = new Timer(() => this.expire());
    this.notices = new Notices(scope.log);
    this.levels = new Map();
    this.unwatch = () => undefined;
    this.isReading = false;
    this.isStale = false;
  }

  fill(): void {}

  start(): boolean {
    this.watch();
    this.read();
    return this.owner.config.waitForWarmOnInit;
  }

  close(): void {
    this.unwatch?.();
    this.unwatch = null;
    this.scope.timers.cancel(this.staleTimer);
  }

  private watch(): void {
    const { fileWatches, log } = this.scope;
    try {
      const directory = this.owner.config.eds?.watchedDirectory ?? '';
      this.unwatch = fileWatches.add(this.path, directory, () => this.read());
    } catch (error) {
      log.warn(`EDS: ${this.path} is not watched: ${String(error)}`);
    }
  }

  /** A move while the file is being read makes it be read once more. */
  private read(): void {
    this.isStale = this.isReading;
    if (this.isReading) return;
    this.isReading = true;
    this.owner.stats.inc(M.update_attempt);
    void this.scope.readAssignments(this.path).then((answer) => {
      this.isReading = false;
      if (this.unwatch === null) return;
      this.onAnswer(answer);
      this.owner.discovered();
      if (this.isStale) this.read();
    });
  }

  private onAnswer(answer: AssignmentAnswer): void {
    const { owner, scope, counts } = this;
    if (answer.kind === 'unreadable') {
      owner.stats.inc(M.update_failure);
      scope.log.warn(`EDS: ${this.path}: ${answer.error}`);
      return;
    }
    const problem = answer.kind === 'refused' ? answer.error : this.problemOf(answer.assignments);
    if (problem !== null || answer.kind === 'refused') {
      counts.inc(Subscription.update_rejected);
      scope.log.warn(`EDS: ${this.path} for cluster ${owner.config.name}: ${problem}`);
      return;
    }
    this.notices.tell(answer.notices);
    owner.stats.inc(M.update_success);
    owner.stats.set(M.version, Number(xxHash64(answer.version)));
    scope.readout(`${owner.stats.prefix}.version_text`, answer.version);
    counts.set(Subscription.update_time, Math.trunc(scope.clock.wallMs()));
    const [assignment] = answer.assignments;
    if (assignment === undefined) owner.stats.inc(M.update_empty);
    else this.apply(assignment);
  }

  private problemOf(assignments: readonly AssignedHosts[]): string | null {
    if (assignments.length > 1) return `Unexpected EDS resource length: ${assignments.length}`;
    const name = assignments[0]?.assignment ?? this.expected;
    return name === this.expected ? null : `Unexpected EDS cluster (expecting ${this.expected}): ${name}`;
  }

  private apply(assignment: AssignedHosts): void {
    const { owner, scope } = this;
    const { staleAfterMs } = assignment;
    scope.timers.cancel(this.staleTimer);
    if (staleAfterMs > 0) {
      owner.stats.inc(M.assignment_timeout_received);
      scope.timers.schedule(this.staleTimer, staleAfterMs);
    }
    this.take(foundHosts(assignment), owner.setPolicy(policyOf(assignment)));
  }

  private expire(): void {
    this.owner.stats.inc(M.assignment_stale);
    this.take([], 'none');
  }

  private take(hosts: readonly FoundHost[], policy: PolicyChange): void {
    const { owner } = this;
    const change = owner.replace(0, hosts);
    if (change === 'none' && policy !== 'balancing') {
      owner.stats.inc(M.update_no_rebuild);
      // Envoy waits for the next change of hosts.
      if (policy === 'drops') owner.announce();
      return;
    }
    const levels = levelsOf(hosts);
    for (const level of new Set([...levels.keys(), ...this.levels.keys()])) {
      if (levels.get(level) !== this.levels.get(level)) owner.stats.inc(M.membership_change);
    }
    this.levels = levels;
    owner.stats.set(M.max_host_weight, weightOfLastLevel(hosts));
    owner.publish();
  }
}

function policyOf(assignment: AssignedHosts): HostPolicy {
  const { overprovisioningFactor, weightedPriorityHealth, dropMillionths, dropCategory } = assignment;
  return { overprovisioningFactor, weightedPriorityHealth, dropMillionths, dropCategory };
}

/** An address is one host, however often it stands there: the first time counts. */
function foundHosts({ endpoints }: AssignedHosts): readonly FoundHost[] {
  const found = new Map<string, FoundHost>();
  for (const endpoint of endpoints) {
    const address = staticAddress(endpoint);
    if (!found.has(address.text)) found.set(address.text, { endpoint, address });
  }
  return [...found.values()];
}

/** The greatest weight of the highest level, as Envoy has it: its levels overwrite each other's. */
function weightOfLastLevel(hosts: readonly FoundHost[]): number {
  const last = hosts.reduce((level, { endpoint }) => Math.max(level, endpoint.priority), 0);
  const weights = hosts.map(({ endpoint }) => (endpoint.priority === last ? endpoint.weight : 1));
  return weights.reduce((max, weight) => Math.max(max, weight), 1);
}

/** Who is in each priority level, as one text a level. */
function levelsOf(hosts: readonly FoundHost[]): ReadonlyMap<number, string> {
  const byLevel = new Map<number, string[]>();
  for (const { endpoint, address } of hosts) {
    const level = byLevel.get(endpoint.priority);
    const { hostname, locality } = endpoint;
    const text = [address.text, hostname, ...Object.values(locality)].join('\0');
    if (level === undefined) byLevel.set(endpoint.priority, [text]);
    else level.push(text);
  }
  return new Map([...byLevel].map(([level, texts]) => [level, texts.sort().join()]));
}
