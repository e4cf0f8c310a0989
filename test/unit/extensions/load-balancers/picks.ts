import { ok } from 'node:assert/strict';
import type { Host, HostChooser, LoadBalancerContext } from '../../../../src/api/upstream.js';
import { anyHost } from '../../upstream/fake-host.js';

export function pickMany(
  chooser: HostChooser,
  count: number,
  context: LoadBalancerContext = anyHost,
): Host[] {
  return Array.from({ length: count }, () => {
    const host = chooser.choose(context);
    ok(host !== null);
    return host;
  });
}

/**
 * Pearson's chi-square against expected shares. `limit` is the 99.9 % point for the degrees of freedom, so that a
 * right distribution fails once in a thousand seeds, and ours is fixed.
 */
export function expectShares(picks: readonly Host[], expected: ReadonlyMap<Host, number>): void {
  const seen = new Map<Host, number>();
  for (const host of picks) seen.set(host, (seen.get(host) ?? 0) + 1);
  let chiSquare = 0;
  for (const [host, share] of expected) {
    const wanted = share * picks.length;
    chiSquare += ((seen.get(host) ?? 0) - wanted) ** 2 / wanted;
  }
  const limit = chiSquareLimit(expected.size - 1);
  ok(chiSquare < limit, `chi-square ${chiSquare.toFixed(1)} over ${limit.toFixed(1)}`);
}

/** Wilson and Hilferty's approximation of the 99.9 % point. */
function chiSquareLimit(freedom: number): number {
  const z = 3.09;
  return freedom * (1 - 2 / (9 * freedom) + z * Math.sqrt(2 / (9 * freedom))) ** 3;
}
