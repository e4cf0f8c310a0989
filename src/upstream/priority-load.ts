/** What one priority level is made of, in hosts. */
export interface LevelHealth {
  readonly total: number;
  readonly healthy: number;
  readonly degraded: number;
  /** Hosts that no percentage counts. */
  readonly excluded: number;
  /** Where levels differ in it. */
  readonly overprovisioningFactor?: number;
}

/** How traffic is shared between levels, in percent; each list has one entry per level. */
export interface PriorityLoads {
  readonly healthy: readonly number[];
  readonly degraded: readonly number[];
  /** Levels whose every host is a candidate. */
  readonly isInPanic: readonly boolean[];
}

/**
 * Shares 100 % of the traffic between priority levels: as much as a level's health (times the overprovisioning
 * factor, in percent) can carry stays there, the rest spills to the next; healthy hosts come before degraded ones.
 * Levels below the panic threshold use all of their hosts unless the levels together carry everything.
 */
export function priorityLoads(
  levels: readonly LevelHealth[],
  overprovisioningFactor: number,
  panicThresholdPercent: number,
): PriorityLoads {
  const healthyShare = levels.map((level) => share(level.healthy, level, overprovisioningFactor));
  const degradedShare = levels.map((level) => share(level.degraded, level, overprovisioningFactor));
  const available = Math.min(100, sum(healthyShare) + sum(degradedShare));
  const isInPanic = levels.map((level) => available !== 100 && isBelow(level, panicThresholdPercent));
  if (isInPanic.every(Boolean)) return loadsByHosts(levels, isInPanic);
  if (available === 0)
    return { healthy: allOnFirst(levels.length), degraded: levels.map(() => 0), isInPanic };
  const healthy: number[] = [];
  const degraded: number[] = [];
  let rest = distribute(healthyShare, available, 100, healthy);
  rest = distribute(degradedShare, available, rest, degraded);
  if (rest > 0) addToFirst(healthyShare, healthy, rest) || addToFirst(degradedShare, degraded, rest);
  return { healthy, degraded, isInPanic };
}

/** The same without those levels; `otherwise` when the others have nothing to serve with. */
export function loadsOutside(
  levels: readonly LevelHealth[],
  overprovisioningFactor: number,
  excluded: ReadonlySet<number>,
  otherwise: PriorityLoads,
): PriorityLoads {
  const shareOf = (count: number, level: LevelHealth, i: number): number =>
    excluded.has(i) ? 0 : share(count, level, overprovisioningFactor);
  const healthyShare = levels.map((level, i) => shareOf(level.healthy, level, i));
  const degradedShare = levels.map((level, i) => shareOf(level.degraded, level, i));
  const available = Math.min(100, sum(healthyShare) + sum(degradedShare));
  if (available === 0) return otherwise;
  const healthy: number[] = [];
  const degraded: number[] = [];
  let rest = distribute(healthyShare, available, 100, healthy);
  rest = distribute(degradedShare, available, rest, degraded);
  if (rest > 0) addToFirst(healthyShare, healthy, rest) || addToFirst(degradedShare, degraded, rest);
  return { healthy, degraded, isInPanic: otherwise.isInPanic };
}

function share(count: number, level: LevelHealth, overprovisioningFactor: number): number {
  const counted = level.total - level.excluded;
  const factor = level.overprovisioningFactor ?? overprovisioningFactor;
  return counted <= 0 ? 0 : Math.min(100, Math.floor((factor * count) / counted));
}

function isBelow(level: LevelHealth, thresholdPercent: number): boolean {
  const counted = level.total - level.excluded;
  const percent = counted <= 0 ? 0 : (100 * (level.healthy + level.degraded)) / counted;
  return percent < thresholdPercent;
}

/** Every level is in panic: health says nothing any more, so hosts are counted. */
function loadsByHosts(levels: readonly LevelHealth[], isInPanic: readonly boolean[]): PriorityLoads {
  const hosts = sum(levels.map((level) => level.total));
  const degraded = levels.map(() => 0);
  if (hosts === 0) return { healthy: allOnFirst(levels.length), degraded, isInPanic };
  const healthy = levels.map((level) => Math.floor((100 * level.total) / hosts));
  addToFirst(
    levels.map((level) => level.total),
    healthy,
    100 - sum(healthy),
  );
  return { healthy, degraded, isInPanic };
}

/** Hands out at most `rest`, in order of priority, and answers what is left. */
function distribute(shares: readonly number[], available: number, rest: number, loads: number[]): number {
  let left = rest;
  for (const part of shares) {
    const load = Math.min(left, Math.floor((part * 100) / available));
    loads.push(load);
    left -= load;
  }
  return left;
}

/** What rounding left over goes to the first level that has anything. */
function addToFirst(weights: readonly number[], loads: number[], rest: number): boolean {
  const first = weights.findIndex((weight) => weight > 0);
  if (first < 0) return false;
  loads[first] = (loads[first] ?? 0) + rest;
  return true;
}

function allOnFirst(levels: number): number[] {
  return Array.from({ length: levels }, (_, level) => (level === 0 ? 100 : 0));
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const n of numbers) total += n;
  return total;
}
