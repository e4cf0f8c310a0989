import type { HostWant } from '../../api/messages-upstream.js';
import { Timer } from '../../base/timer-wheel.js';
import { ipAddress } from '../../network/address.js';
import type { Discovery, DiscoveryOwner, FoundHost } from './discovery.js';
import type { DnsScope } from './dns-refresh.js';
import { M } from './membership-stats.js';
import { wantedEndpoint } from './wanted-endpoint.js';

/** Hosts of a cluster at most: clients may be able to name any address. */
const mostHosts = 32_768;
/** A wish is an update at once; those that come so soon after one are the next. */
const gatherMs = 5;

/** Hosts that connections and requests were meant for. They go once nobody has asked for them between two sweeps. */
export class OriginalDstDiscovery implements Discovery {
  readonly groups = 1;
  private readonly owner: DiscoveryOwner;
  private readonly scope: Pick<DnsScope, 'timers'>;
  private readonly cleanupMs: number;
  private readonly sweepTimer: Timer;
  private readonly gatherTimer: Timer;
  private readonly hosts: Map<string, FoundHost>;
  private wanted: Map<string, FoundHost>;
  /** What each host had done at the last sweep. */
  private uses: Map<string, number>;
  /** Hosts published last. */
  private count: number;

  constructor(owner: DiscoveryOwner, scope: Pick<DnsScope, 'timers'>) {
    this.owner = owner;
    this.scope = scope;
    this.cleanupMs = owner.config.originalDst?.cleanupMs ?? 5000;
    this.sweepTimer = new Timer(() => this.sweep());
    this.gatherTimer = new Timer(() => this.gather());
    this.hosts = new Map();
    this.wanted = new Map();
    this.uses = new Map();
    this.count = 0;
  }

  fill(): void {}

  start(): boolean {
    this.scope.timers.schedule(this.sweepTimer, this.cleanupMs);
    return false;
  }

  close(): void {
    this.scope.timers.cancel(this.sweepTimer);
    this.scope.timers.cancel(this.gatherTimer);
  }

  want({ ip, port }: HostWant): void {
    const address = ipAddress(ip, port);
    const { text } = address;
    if (this.hosts.has(text) || this.wanted.has(text)) return;
    if (this.hosts.size + this.wanted.size >= mostHosts) return;
    const endpoint = wantedEndpoint(ip, port, `${this.owner.config.name}${text}`);
    this.wanted.set(text, { endpoint, address });
    if (!this.gatherTimer.isArmed) this.gather();
  }

  private gather(): void {
    if (this.wanted.size === 0) return;
    this.scope.timers.schedule(this.gatherTimer, gatherMs);
    for (const [text, host] of this.wanted) this.hosts.set(text, host);
    const added = this.wanted.size;
    this.owner.stats.add(M.membership_change, added);
    this.wanted = new Map();
    this.count = this.hosts.size;
    this.owner.replace(0, [...this.hosts.values()], added);
    this.owner.publish();
  }

  private sweep(): void {
    this.scope.timers.schedule(this.sweepTimer, this.cleanupMs);
    const uses = new Map<string, number>();
    for (const { address, isConnected, used } of this.owner.uses()) {
      const { text } = address;
      if (isConnected || this.uses.get(text) !== used) uses.set(text, used);
      else this.hosts.delete(text);
    }
    const hasGone = this.hosts.size < this.count;
    this.uses = uses;
    if (!hasGone) return;
    this.count = this.hosts.size;
    this.owner.replace(0, [...this.hosts.values()], 0);
    this.owner.stats.inc(M.membership_change);
    this.owner.publish();
  }
}
