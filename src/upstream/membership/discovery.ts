import type { HostPolicy, HostWant } from '../../api/messages-upstream.js';
import type { BoundStats } from '../../api/stats.js';
import type { Address } from '../../api/stream-info.js';
import type { ClusterTransports } from '../cluster-transports.js';
import type { ClusterConfig } from '../config.js';
import type { EndpointConfig } from '../endpoints-config.js';

/** A host that discovery has found. */
export interface FoundHost {
  /** What the configuration, or the assignment, says of it. */
  readonly endpoint: EndpointConfig;
  readonly address: Address;
  /** More addresses of the same host; absent: those of the endpoint. */
  readonly alternatives?: readonly string[];
}

export interface HostUse {
  readonly address: Address;
  readonly isConnected: boolean;
  readonly used: number;
}

/** The host set that a discovery fills. Hosts come in groups; within one, an address is one host. */
export interface DiscoveryOwner {
  readonly config: ClusterConfig;
  /** `cluster.<name>.`, a block of `M`. */
  readonly stats: BoundStats;
  /** What threads have met since this was last asked. */
  takeTopologyNotes(): { readonly redirections: number; readonly failures: number };
  /** For connections of main's own to the hosts. */
  readonly transports: ClusterTransports;
  /** Room for so many hosts at once. */
  reserve(count: number): void;
  /** Makes these the hosts of that group; answers what that changed. Nobody hears of it before `publish`. */
  /** `made`: how many of them discovery has made anew, known ones among them; all, as a rule. */
  replace(group: number, hosts: readonly FoundHost[], made?: number): HostChange;
  /** The one host of that group moves to another address, and stays the host that it is. */
  move(group: number, host: FoundHost): void;
  /** What goes with all hosts of an assignment; answers what of it is other than before. */
  setPolicy(policy: HostPolicy): PolicyChange;
  /** What the hosts have done so far, each connection and each request. */
  uses(): Iterable<HostUse>;
  /** The same of the hosts of one group, as a sum. */
  usesOf(group: number): number;
  /** Tells every thread of the hosts as they are, which counts as an update of the cluster. */
  publish(): void;
  /** The same, uncounted: the policy alone has changed, and no balancer asks for it. */
  announce(): void;
  /** An attempt has ended, well or not: the hosts known now are those that the cluster's start waits for. */
  discovered(): void;
}

export type PolicyChange = 'none' | 'drops' | 'balancing';

/** `hosts`: some came or went; `facts`: weights, metadata or the like of hosts that stay. */
export type HostChange = 'none' | 'facts' | 'hosts';

/** Finds the hosts of one cluster, on main. One implementation for each type of cluster. */
export interface Discovery {
  /** Groups that it will fill. */
  readonly groups: number;
  /** Hosts that need no answer from anybody are there when it returns; a cluster publishes them itself. */
  fill(): void;
  /** Begins to ask; answers whether the cluster has to wait for `discovered`. */
  start(): boolean;
  close(): void;
  /** A host has become unhealthy or degraded. */
  onHostDegraded?(): void;
  /** A thread sends a request to an address that is no host so far. */
  want?(want: HostWant): void;
}
