import type {
  BalancedCluster,
  Host,
  HostChooser,
  LevelChoice,
  LoadBalancerContext,
} from '../api/upstream.js';
import { type Level, levelsOf } from './host-selection.js';
import { loadsOutside, type PriorityLoads, priorityLoads } from './priority-load.js';

/** A cluster that others are put together of. */
export interface PartCluster extends BalancedCluster {
  readonly currentHosts: readonly Host[];
  readonly hostsVersion: number;
  /** One pick of its balancer that nobody counts if it comes to nothing. */
  pick(context: LoadBalancerContext): Host | null;
}

/** A level of one of the parts. */
interface Place {
  readonly part: PartCluster;
  readonly level: Level;
  readonly priority: number;
}

const noPicker = { pick: (): null => null };

/**
 * The levels of several clusters, one cluster after the other; levels without hosts do not count. A level is drawn by
 * its health as within a cluster, and its own cluster's balancer chooses the host.
 */
export class AggregateChooser implements HostChooser {
  private readonly cluster: BalancedCluster;
  private readonly partOf: (name: string) => PartCluster | null;
  private readonly names: readonly string[];
  private parts: readonly (PartCluster | null)[];
  private versions: readonly number[];
  private places: readonly Place[];
  private loads: PriorityLoads;
  private readonly levels: WeakMap<Host, number>;
  private readonly owners: WeakMap<Host, PartCluster>;

  constructor(
    names: readonly string[],
    cluster: BalancedCluster,
    partOf: (name: string) => PartCluster | null,
  ) {
    this.cluster = cluster;
    this.partOf = partOf;
    this.names = names;
    this.parts = [];
    this.versions = [];
    this.places = [];
    this.loads = priorityLoads([], 0, 0);
    this.levels = new WeakMap();
    this.owners = new WeakMap();
  }

  /** The cluster that a host which was chosen belongs to. */
  ownerOf(host: Host): PartCluster | undefined {
    return this.owners.get(host);
  }

  choose(context: LoadBalancerContext): Host | null {
    if (!this.isCurrent()) this.refresh();
    if (this.places.length === 0) return null;
    const choice = this.draw(context.attempt === 0 ? this.loads : this.loadsOfRetry(context));
    if (choice === null) return null;
    const { part, priority } = this.places[choice.level] as Place;
    const host = part.pick(new PartContext(context, { level: priority, isDegraded: choice.isDegraded }));
    if (host === null) return null;
    this.levels.set(host, choice.level);
    this.owners.set(host, part);
    return host;
  }

  private isCurrent(): boolean {
    if (this.parts.length === 0) return false;
    return this.names.every((name, i) => {
      const part = this.partOf(name);
      return part === this.parts[i] && (part?.hostsVersion ?? -1) === this.versions[i];
    });
  }

  private refresh(): void {
    this.parts = this.names.map((name) => this.partOf(name));
    this.versions = this.parts.map((part) => part?.hostsVersion ?? -1);
    this.places = this.parts.flatMap((part) => (part === null ? [] : placesOf(part)));
    const { scope, panicThresholdPercent, overprovisioningFactor } = this.cluster;
    const threshold = scope.runtime.number('upstream.healthy_panic_threshold', panicThresholdPercent);
    const levels = this.places.map(({ level }) => level);
    this.loads = priorityLoads(levels, overprovisioningFactor, Math.min(100, threshold));
  }

  private loadsOfRetry(context: LoadBalancerContext): PriorityLoads {
    const levels = this.places.map(({ level }) => level);
    const excluded = context.excludedLevels?.(
      (level) => (levels[level]?.healthy ?? 0) + (levels[level]?.degraded ?? 0) > 0,
      (host) => this.levels.get(host) ?? host.priority,
    );
    if (excluded === undefined || excluded === null) return this.loads;
    return loadsOutside(levels, this.cluster.overprovisioningFactor, excluded, this.loads);
  }

  private draw({ healthy, degraded }: PriorityLoads): LevelChoice | null {
    const draw = this.cluster.scope.random.below(100);
    let reached = 0;
    for (const isDegraded of [false, true]) {
      const loads = isDegraded ? degraded : healthy;
      for (const [level, load] of loads.entries()) {
        reached += load;
        if (draw < reached) return { level, isDegraded };
      }
    }
    return null;
  }
}

function placesOf(part: PartCluster): readonly Place[] {
  return levelsOf(part.currentHosts, part, () => noPicker)
    .map((level, priority) => ({ part, level, priority }))
    .filter(({ level }) => level.allSource.hosts.length > 0);
}

/** The request as the balancer of a part sees it: bound to one level. */
class PartContext implements LoadBalancerContext {
  private readonly outer: LoadBalancerContext;
  readonly levelChoice: LevelChoice;

  constructor(outer: LoadBalancerContext, levelChoice: LevelChoice) {
    this.outer = outer;
    this.levelChoice = levelChoice;
  }

  get hash(): bigint | undefined {
    return this.outer.hash;
  }

  get metadataMatch(): LoadBalancerContext['metadataMatch'] {
    return this.outer.metadataMatch;
  }

  get headers(): LoadBalancerContext['headers'] {
    return this.outer.headers;
  }

  get attempt(): number {
    return this.outer.attempt;
  }

  get hostSelectionMaxAttempts(): number {
    return this.outer.hostSelectionMaxAttempts;
  }

  accepts(host: Host): boolean {
    return this.outer.accepts(host);
  }
}
