import type { RuntimeView } from '../api/runtime.js';
import {
  degradedMask,
  type Host,
  HostHealth,
  type HostPicker,
  type LoadBalancerContext,
  unhealthyMask,
} from '../api/upstream.js';
import type { Random } from '../base/random.js';
import { type LevelHealth, type PriorityLoads, priorityLoads } from './priority-load.js';

export interface HostSelectorOptions {
  readonly hosts: readonly Host[];
  /** Percent, 140 as Envoy's default. */
  readonly overprovisioningFactor: number;
  /** 0 disables panic; runtime `upstream.healthy_panic_threshold` overrides it. */
  readonly panicThresholdPercent: number;
  readonly ignoreNewHostsUntilFirstHc: boolean;
  /** The balancer: makes a picker for the hosts of one level, which are never none. */
  readonly pickerOf: (hosts: readonly Host[]) => HostPicker;
  readonly random: Random;
  readonly runtime: RuntimeView;
  /** Called once per pick among the hosts of a level in panic. */
  onPanic(): void;
}

/**
 * The upper half of a balancer: which priority level a request goes to, and whether its healthy, its degraded or all
 * of its hosts are candidates. It holds the health of its hosts as it was at construction and is replaced, never
 * changed, when hosts or their health change. Pickers are made when first needed.
 */
export class HostSelector {
  private readonly levels: readonly Level[];
  private readonly loads: PriorityLoads;
  private readonly options: HostSelectorOptions;
  /** Serves every pick when one level can take all of the traffic with its healthy hosts; else null. */
  private readonly only: Source | null;

  constructor(options: HostSelectorOptions) {
    this.options = options;
    this.levels = levelsOf(options);
    const threshold = options.runtime.number(
      'upstream.healthy_panic_threshold',
      options.panicThresholdPercent,
    );
    this.loads = priorityLoads(this.levels, options.overprovisioningFactor, Math.min(100, threshold));
    this.only = this.soleSource();
  }

  /** Answers null when nothing can serve. A refused host is drawn again; the last draw stands. */
  choose(context: LoadBalancerContext): Host | null {
    let host = this.chooseOnce(context);
    for (let extra = context.hostSelectionMaxAttempts; extra > 0; extra--) {
      if (host === null || context.accepts(host)) return host;
      host = this.chooseOnce(context);
    }
    return host;
  }

  private chooseOnce(context: LoadBalancerContext): Host | null {
    if (this.only !== null) return this.only.pick(context);
    const draw = this.options.random.below(100);
    let reached = 0;
    for (let i = 0; i < this.levels.length; i++) {
      reached += this.loads.healthy[i] as number;
      if (draw < reached) return this.pickIn(i, (this.levels[i] as Level).healthySource, context);
    }
    for (let i = 0; i < this.levels.length; i++) {
      reached += this.loads.degraded[i] as number;
      if (draw < reached) return this.pickIn(i, (this.levels[i] as Level).degradedSource, context);
    }
    return null;
  }

  private pickIn(level: number, source: Source, context: LoadBalancerContext): Host | null {
    if (this.loads.isInPanic[level] !== true) return source.pick(context);
    this.options.onPanic();
    return (this.levels[level] as Level).allSource.pick(context);
  }

  private soleSource(): Source | null {
    const level = this.loads.healthy.indexOf(100);
    if (level < 0 || this.loads.isInPanic[level] === true) return null;
    return (this.levels[level] as Level).healthySource;
  }
}

/** The candidates of a pick, with a picker from the first one on. */
class Source {
  readonly hosts: readonly Host[];
  private readonly pickerOf: (hosts: readonly Host[]) => HostPicker;
  private picker: HostPicker | null;

  constructor(hosts: readonly Host[], pickerOf: (hosts: readonly Host[]) => HostPicker) {
    this.hosts = hosts;
    this.pickerOf = pickerOf;
    this.picker = null;
  }

  pick(context: LoadBalancerContext): Host | null {
    if (this.picker === null) {
      if (this.hosts.length === 0) return null;
      this.picker = this.pickerOf(this.hosts);
    }
    return this.picker.pick(context);
  }
}

/** One priority with the health of its hosts at construction. */
class Level implements LevelHealth {
  readonly allSource: Source;
  readonly healthySource: Source;
  readonly degradedSource: Source;
  readonly excluded: number;

  constructor(hosts: readonly Host[], { ignoreNewHostsUntilFirstHc, pickerOf }: HostSelectorOptions) {
    const excludedMask =
      HostHealth.excludedViaImmediateHcFail |
      HostHealth.edsStatusDraining |
      (ignoreNewHostsUntilFirstHc ? HostHealth.pendingActiveHc : 0);
    const healthy: Host[] = [];
    const degraded: Host[] = [];
    let excluded = 0;
    for (const host of hosts) {
      const { health } = host;
      if ((health & excludedMask) !== 0) excluded++;
      if ((health & unhealthyMask) !== 0) continue;
      if ((health & degradedMask) !== 0) degraded.push(host);
      else healthy.push(host);
    }
    this.excluded = excluded;
    this.allSource = new Source(hosts, pickerOf);
    this.healthySource = healthy.length === hosts.length ? this.allSource : new Source(healthy, pickerOf);
    this.degradedSource = new Source(degraded, pickerOf);
  }

  get total(): number {
    return this.allSource.hosts.length;
  }

  get healthy(): number {
    return this.healthySource.hosts.length;
  }

  get degraded(): number {
    return this.degradedSource.hosts.length;
  }
}

/** Priorities may have gaps; a level without hosts carries nothing. There is always a level 0. */
function levelsOf(options: HostSelectorOptions): readonly Level[] {
  const { hosts } = options;
  if (hosts.every((host) => host.priority === 0)) return [new Level(hosts, options)];
  const byPriority: Host[][] = [];
  for (const host of hosts) {
    while (byPriority.length <= host.priority) byPriority.push([]);
    (byPriority[host.priority] as Host[]).push(host);
  }
  return byPriority.map((level) => new Level(level, options));
}
