import {
  type BalancedCluster,
  type ChooserView,
  degradedMask,
  type Host,
  type HostChooser,
  HostHealth,
  type HostPicker,
  type HostSource,
  type LevelChoice,
  type LoadBalancerContext,
  type PickerMaker,
  unhealthyMask,
} from '../api/upstream.js';
import { C } from './cluster-stats.js';
import { type LevelHealth, loadsOutside, type PriorityLoads, priorityLoads } from './priority-load.js';

/** What distinguishes balancers above the host. */
export interface SelectionTraits {
  /** The request's hash chooses the priority level too, so that it stays. */
  readonly usesHash: boolean;
  /** A level in panic serves nothing, instead of everything. */
  readonly failsInPanic: boolean;
}

export const plainSelection: SelectionTraits = { usesHash: false, failsInPanic: false };

/**
 * The upper half of a balancer: which priority level a request goes to, and whether its healthy, its degraded or all
 * of its hosts are candidates. It holds the health of its hosts as it was at construction and is replaced, never
 * changed, when hosts or their health change. Pickers are made when first needed.
 */
export class HostSelector implements HostChooser {
  private readonly levels: readonly Level[];
  private readonly loads: PriorityLoads;
  private readonly cluster: BalancedCluster;
  private readonly traits: SelectionTraits;
  /** Serves every pick when one level can take all of the traffic with its healthy hosts; else null. */
  private readonly only: Source | null;

  constructor(
    hosts: readonly Host[],
    cluster: BalancedCluster,
    pickerOf: PickerMaker,
    traits: SelectionTraits = plainSelection,
  ) {
    this.cluster = cluster;
    this.traits = traits;
    this.levels = levelsOf(hosts, cluster, pickerOf);
    const threshold = cluster.scope.runtime.number(
      'upstream.healthy_panic_threshold',
      cluster.panicThresholdPercent,
    );
    this.loads = priorityLoads(this.levels, cluster.overprovisioningFactor, Math.min(100, threshold));
    this.only = this.soleSource();
  }

  /** A refused host is drawn again; the last draw stands. */
  choose(context: LoadBalancerContext): Host | null {
    const { levelChoice } = context;
    if (levelChoice !== undefined) return this.chooseOn(levelChoice, context);
    const loads = context.attempt === 0 ? this.loads : this.loadsOfRetry(context);
    let host = this.chooseOnce(context, loads, 0);
    for (let attempt = 1; attempt <= context.hostSelectionMaxAttempts; attempt++) {
      if (host === null || context.accepts(host)) return host;
      host = this.chooseOnce(context, loads, attempt);
    }
    return host;
  }

  /** Where one level takes all of the traffic with its healthy hosts; elsewhere the level is drawn as well. */
  peek(context: LoadBalancerContext): Host | null {
    return this.only?.peek(context) ?? null;
  }

  explain(): ChooserView {
    const { levels, loads } = this;
    const candidates: Host[] = [];
    const texts = levels.map((level, i) => {
      const [healthy, degraded] = [loads.healthy[i] as number, loads.degraded[i] as number];
      const isInPanic = loads.isInPanic[i] === true;
      if (isInPanic && healthy + degraded > 0) candidates.push(...level.allSource.hosts);
      else {
        if (healthy > 0) candidates.push(...level.healthySource.hosts);
        if (degraded > 0) candidates.push(...level.degradedSource.hosts);
      }
      const panic = isInPanic ? ', in panic: health is ignored' : '';
      return `priority ${i}: ${healthy} % to healthy hosts, ${degraded} % to degraded ones${panic}`;
    });
    return { candidates, levels: texts };
  }

  /** Somebody else has drawn the level. */
  private chooseOn({ level, isDegraded }: LevelChoice, context: LoadBalancerContext): Host | null {
    const wanted = this.levels[level];
    if (wanted === undefined) return null;
    const source = isDegraded ? wanted.degradedSource : wanted.healthySource;
    let host = this.pickIn(level, source, context, 0);
    for (let attempt = 1; attempt <= context.hostSelectionMaxAttempts; attempt++) {
      if (host === null || context.accepts(host)) return host;
      host = this.pickIn(level, source, context, attempt);
    }
    return host;
  }

  /** A retry may be wanted on other levels than those before it. */
  private loadsOfRetry(context: LoadBalancerContext): PriorityLoads {
    const { levels } = this;
    const excluded = context.excludedLevels?.(
      (level) => (levels[level]?.healthy ?? 0) + (levels[level]?.degraded ?? 0) > 0,
    );
    if (excluded === undefined || excluded === null) return this.loads;
    return loadsOutside(levels, this.cluster.overprovisioningFactor, excluded, this.loads);
  }

  private chooseOnce(context: LoadBalancerContext, loads: PriorityLoads, attempt: number): Host | null {
    if (this.only !== null && loads === this.loads) return this.only.pick(context, attempt);
    const draw = this.draw(context);
    let reached = 0;
    for (let i = 0; i < this.levels.length; i++) {
      reached += loads.healthy[i] as number;
      if (draw < reached) return this.pickIn(i, (this.levels[i] as Level).healthySource, context, attempt);
    }
    for (let i = 0; i < this.levels.length; i++) {
      reached += loads.degraded[i] as number;
      if (draw < reached) return this.pickIn(i, (this.levels[i] as Level).degradedSource, context, attempt);
    }
    return null;
  }

  private draw(context: LoadBalancerContext): number {
    if (this.traits.usesHash && context.hash !== undefined) return Number(context.hash % 100n);
    return this.cluster.scope.random.below(100);
  }

  private pickIn(level: number, source: Source, context: LoadBalancerContext, attempt: number): Host | null {
    if (this.loads.isInPanic[level] !== true) return source.pick(context, attempt);
    this.cluster.stats.inc(C.lb_healthy_panic);
    return this.traits.failsInPanic ? null : (this.levels[level] as Level).allSource.pick(context, attempt);
  }

  private soleSource(): Source | null {
    const level = this.loads.healthy.indexOf(100);
    if (level < 0 || this.loads.isInPanic[level] === true) return null;
    return (this.levels[level] as Level).healthySource;
  }
}

/** The candidates of a pick, with a picker from the first one on. */
class Source implements HostSource {
  readonly hosts: readonly Host[];
  readonly kind: HostSource['kind'];
  readonly priority: number;
  readonly level: readonly Host[];
  private readonly pickerOf: PickerMaker;
  private picker: HostPicker | null;
  /** Picked already, for requests to come; null where nobody has ever peeked. */
  private foreseen: Host[] | null;

  constructor(
    hosts: readonly Host[],
    kind: HostSource['kind'],
    priority: number,
    level: readonly Host[],
    pickerOf: PickerMaker,
  ) {
    this.hosts = hosts;
    this.kind = kind;
    this.priority = priority;
    this.level = level;
    this.pickerOf = pickerOf;
    this.picker = null;
    this.foreseen = null;
  }

  /** As many as there are hosts are foreseen at most. */
  peek(context: LoadBalancerContext): Host | null {
    const foreseen = this.foreseen ?? [];
    if (this.hosts.length <= foreseen.length) return null;
    this.picker ??= this.pickerOf(this);
    const host = this.picker.isForeseeable === true ? this.picker.pick(context, 0) : null;
    if (host !== null) foreseen.push(host);
    this.foreseen = foreseen;
    return host;
  }

  pick(context: LoadBalancerContext, attempt: number): Host | null {
    const foreseen = this.foreseen?.shift();
    if (foreseen !== undefined) return foreseen;
    if (this.picker === null) {
      if (this.hosts.length === 0) return null;
      this.picker = this.pickerOf(this);
    }
    return this.picker.pick(context, attempt);
  }
}

/** Hosts that no percentage counts. */
export function excludedMaskOf(cluster: BalancedCluster): number {
  return (
    HostHealth.excludedViaImmediateHcFail |
    HostHealth.edsStatusDraining |
    (cluster.ignoreNewHostsUntilFirstHc ? HostHealth.pendingActiveHc : 0)
  );
}

/** One priority with the health of its hosts at construction, counted in hosts or in their weights. */
export class Level implements LevelHealth {
  readonly overprovisioningFactor: number;
  readonly allSource: Source;
  readonly healthySource: Source;
  readonly degradedSource: Source;
  readonly excluded: number;
  readonly total: number;
  readonly healthy: number;
  readonly degraded: number;

  constructor(hosts: readonly Host[], priority: number, cluster: BalancedCluster, pickerOf: PickerMaker) {
    this.overprovisioningFactor = cluster.overprovisioningFactor;
    const excludedMask = excludedMaskOf(cluster);
    const healthy: Host[] = [];
    const degraded: Host[] = [];
    const excluded: Host[] = [];
    for (const host of hosts) {
      const { health } = host;
      if ((health & excludedMask) !== 0) excluded.push(host);
      if ((health & unhealthyMask) !== 0) continue;
      if ((health & degradedMask) !== 0) degraded.push(host);
      else healthy.push(host);
    }
    const sizeOf = cluster.weightedPriorityHealth ? weightOf : countOf;
    this.excluded = sizeOf(excluded);
    this.total = sizeOf(hosts);
    this.healthy = sizeOf(healthy);
    this.degraded = sizeOf(degraded);
    this.allSource = new Source(hosts, 'all', priority, hosts, pickerOf);
    this.healthySource = new Source(healthy, 'healthy', priority, hosts, pickerOf);
    this.degradedSource = new Source(degraded, 'degraded', priority, hosts, pickerOf);
  }
}

function countOf(hosts: readonly Host[]): number {
  return hosts.length;
}

function weightOf(hosts: readonly Host[]): number {
  let sum = 0;
  for (const host of hosts) sum += host.weight;
  return sum;
}

/** Priorities may have gaps; a level without hosts carries nothing. There is always a level 0. */
export function levelsOf(
  hosts: readonly Host[],
  cluster: BalancedCluster,
  pickerOf: PickerMaker,
): readonly Level[] {
  if (hosts.every((host) => host.priority === 0)) return [new Level(hosts, 0, cluster, pickerOf)];
  const byPriority: Host[][] = [];
  for (const host of hosts) {
    while (byPriority.length <= host.priority) byPriority.push([]);
    (byPriority[host.priority] as Host[]).push(host);
  }
  return byPriority.map((level, priority) => new Level(level, priority, cluster, pickerOf));
}
