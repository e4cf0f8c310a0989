import type { ExtensionRegistry } from '../api/extension.js';
import {
  Overload,
  overloadActions,
  type ResourceMonitor,
  type ResourceMonitorFactory,
} from '../api/overload.js';
import { type BoundStats, type StatScope, statBlock } from '../api/stats.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { Clock } from '../base/clock.js';
import { Timer, type TimerWheel } from '../base/timer-wheel.js';
import type { OverloadConfig, OverloadRule } from '../network/overload-config.js';
import { ShedStats } from '../network/shed-stats.js';
import { OverloadLevels, sharedLevels } from '../runtime/overload-levels.js';
import type { StatStore } from '../stats/store.js';
import { type ConnectionCounts, ConnectionLimits } from './connection-limits.js';
import { gaugesOf } from './main-stats.js';

const MonitorStats = statBlock({ counters: ['failed_updates', 'skipped_updates'] });
const GuardStats = statBlock({ counters: ['failed_updates'] });
const RefreshStats = statBlock({ histograms: ['refresh_interval_delay'] });
const ShrinkStats = statBlock({ counters: ['shrink_count'] });

interface LiveMonitor {
  readonly name: string;
  readonly monitor: ResourceMonitor;
  readonly stats: BoundStats;
}

export interface OverloadManagerParts {
  readonly config: OverloadConfig;
  /** One byte for each action and point. */
  readonly levels: Uint8Array;
  readonly store: StatStore;
  readonly stats: StatScope;
  readonly extensions: ExtensionRegistry;
  readonly timers: TimerWheel;
  readonly clock: Clock;
  /** Levels may have changed. */
  onLevels(): void;
}

/** Asks the monitors again and again, and writes how far each action is called for. */
export class OverloadManager {
  private readonly parts: OverloadManagerParts;
  private readonly monitors: readonly LiveMonitor[];
  private readonly pressures: Map<string, number>;
  private readonly stats: BoundStats;
  private readonly timer: Timer;
  private refreshedMs: number;

  constructor(parts: OverloadManagerParts) {
    this.parts = parts;
    this.pressures = new Map();
    this.stats = parts.stats.bind('overload', RefreshStats);
    this.monitors = parts.config.monitors.flatMap((it) => this.build(it));
    this.declare();
    this.timer = new Timer(() => this.refresh());
    this.refreshedMs = parts.clock.now();
    parts.timers.schedule(this.timer, parts.config.refreshMs);
  }

  private build({ name, typeUrl, config }: OverloadConfig['monitors'][number]): readonly LiveMonitor[] {
    const { extensions, store, stats } = this.parts;
    const prefix = `overload.${name}`;
    const factory = extensions.find('resource.monitor', typeUrl) as ResourceMonitorFactory | undefined;
    gaugesOf(store, prefix)('pressure', () => Math.trunc(100 * (this.pressures.get(name) ?? 0)));
    store.declare(prefix, factory?.build === undefined ? GuardStats : MonitorStats);
    if (factory?.build === undefined) return [];
    return [{ name, monitor: factory.build(config), stats: stats.bind(prefix, MonitorStats) }];
  }

  private declare(): void {
    const { config, levels, store } = this.parts;
    for (const { name, index } of config.actions) {
      const gauge = gaugesOf(store, `overload.${name}`);
      gauge('active', () => ((levels[index] ?? 0) === 100 ? 1 : 0));
      gauge('scale_percent', () => levels[index] ?? 0);
      if (name === overloadActions[Overload.shrinkHeap]) store.declare(`overload.${name}`, ShrinkStats);
    }
    for (const { name, index } of config.points) {
      gaugesOf(store, `overload.${name}`)('scale_percent', () => levels[index] ?? 0);
      store.declare(`overload.${name}`, ShedStats);
    }
  }

  private refresh(): void {
    const { clock, config, levels, timers, onLevels } = this.parts;
    const now = clock.now();
    this.stats.record(RefreshStats.refresh_interval_delay, Math.round(now - this.refreshedMs));
    this.refreshedMs = now;
    for (const { name, monitor, stats } of this.monitors) {
      const pressure = monitor.pressure();
      if (pressure === null) stats.inc(MonitorStats.failed_updates);
      else this.pressures.set(name, pressure);
    }
    for (const rule of [...config.actions, ...config.points]) levels[rule.index] = this.levelOf(rule);
    onLevels();
    timers.schedule(this.timer, config.refreshMs);
  }

  /** Percent, cut off as Envoy's single-precision share is: what the monitor asks for that asks for most. */
  private levelOf({ triggers }: OverloadRule): number {
    let most = 0;
    for (const { monitor, from, to } of triggers) {
      const pressure = this.pressures.get(monitor);
      if (pressure === undefined || pressure < from) continue;
      const level = pressure >= to ? 100 : Math.trunc(100 * Math.fround((pressure - from) / (to - from)));
      most = Math.max(most, level);
    }
    return most;
  }
}

/** A server as the overload manager sees it. */
export interface GuardedServer {
  readonly input: { readonly model: { readonly overload: OverloadConfig | null } };
  readonly store: StatStore;
  readonly timers: TimerWheel;
  readonly scope: ThreadScope;
  readonly pool: ConnectionCounts;
}

const acceptActions: readonly number[] = [
  Overload.stopAcceptingConnections,
  Overload.rejectConnections,
  Overload.shedAccepting,
];

/** Starts the overload manager, if there is one, and answers the limits of what is accepted. */
export function guardedLimits(server: GuardedServer, onLevels: () => void): ConnectionLimits {
  const { store, timers, scope, pool } = server;
  const config = server.input.model.overload;
  const { clock, extensions, random, runtime, shared, stats } = scope;
  if (config === null) return new ConnectionLimits(pool, runtime, stats);
  const levels = sharedLevels(shared);
  new OverloadManager({ config, levels, store, stats, extensions, timers, clock, onLevels });
  const guards = [...config.actions, ...config.points].some(({ index }) => acceptActions.includes(index));
  const view = guards ? new OverloadLevels(levels, config.scales, random) : null;
  return new ConnectionLimits(pool, runtime, stats, config.connectionLimit, view);
}
