import type { ExtensionRegistry } from '../../api/extension.js';
import type { RuntimeView } from '../../api/runtime.js';
import type { StatScope } from '../../api/stats.js';
import type { BufferPool } from '../../base/buffer-pool.js';
import type { Clock } from '../../base/clock.js';
import type { Plain } from '../../base/plain.js';
import type { Random } from '../../base/random.js';
import type { TimerWheel } from '../../base/timer-wheel.js';
import type { UpstreamTransport } from '../../network/transport-socket.js';
import type { ClusterConfig } from '../config.js';
import type { Member } from '../membership/member.js';
import type { LineWriter } from './health-events.js';
import type { HealthFlags } from './health-flags.js';
import type { ProbeMaker } from './probe.js';

/** What the checks of all clusters share. */
export interface HealthScope {
  readonly timers: TimerWheel;
  readonly clock: Clock;
  readonly random: Random;
  readonly runtime: RuntimeView;
  readonly stats: StatScope;
  readonly buffers: BufferPool;
  readonly extensions: ExtensionRegistry;
  /** A log file, opened once for all who name it. */
  openLog(path: string): LineWriter;
}

/** The cluster whose hosts are checked. */
export interface CheckedCluster {
  readonly config: ClusterConfig;
  /** `cluster.<name>` */
  readonly statRoot: string;
  hasTraffic(): boolean;
  onResult(member: Member, passed: boolean): void;
  /** The transport socket for endpoints of that metadata; null for the socket itself. */
  transportOf(metadata: Plain): UpstreamTransport | null;
  /** Replaces sockets in tests. */
  readonly probeFor?: (member: Member) => ProbeMaker;
}

/** Active health checking of a cluster's hosts, on main. */
export interface HostChecker {
  /** Checks that host from now on, unless its endpoint says not to. */
  add(member: Member): void;
  remove(member: Member): void;
  close(): void;
  /** Hosts that have had no result yet. */
  unchecked(): Iterable<Member>;
  /** The data path saw that the host asks for no more requests. */
  failPassively(member: Member): void;
}

/** How one check of several sees its hosts: on flags of its own. */
export interface CheckView {
  flagsOf(member: Member): HealthFlags;
}
