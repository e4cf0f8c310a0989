import { setTimeout as delay } from 'node:timers/promises';
import { residentBytes } from '../../bench/process/process-tree.js';
import type { MemoryFinding, MemoryRow, RowResult } from '../contracts.js';
import { leaveOpen } from './left-open.js';
import type { Run, RunningProxy } from './run.js';
import { problemOf, startProxies, stopProxies } from './running-proxy.js';

/** More rounds would measure the same: memory does not jitter as CPU does. */
const maxRounds = 3;
/** Collectors and allocators settle before memory is read. */
const settleMs = 2000;

/** Every round uses fresh processes: what an allocator has kept from the last round would hide the next. */
export async function measureMemoryRow(run: Run, row: MemoryRow): Promise<RowResult> {
  const found = new Map<MemoryFinding['peer'], number[]>();
  const problems = new Set<string>();
  for (let round = 0; round < Math.min(maxRounds, run.pairs); round++) {
    for (const peer of run.peers) {
      const started = await startProxies({ ...run, peers: [peer] }, row.configs, row.load);
      for (const problem of started.problems) problems.add(problem);
      try {
        for (const proxy of started.proxies) {
          found.set(peer.name, [...(found.get(peer.name) ?? []), await bytesEach(proxy, row)]);
        }
      } catch (error) {
        problems.add(problemOf(peer.name, error));
      } finally {
        await stopProxies(started.proxies);
      }
    }
  }
  const findings = [...found].map(([peer, each]) => ({ peer, bytesEach: each }));
  return { kind: row.kind, row, findings, problems: [...problems] };
}

/** What the first of them take is not counted: it goes into the room that the warm-up left behind. */
async function bytesEach(proxy: RunningProxy, row: MemoryRow): Promise<number> {
  const first = await leaveOpen(proxy.port, row, Math.ceil(row.count / 2));
  try {
    await delay(settleMs);
    const before = residentBytes(proxy.child.pid);
    const measured = await leaveOpen(proxy.port, row, row.count);
    try {
      await delay(settleMs);
      const lost = first.lost() + measured.lost();
      if (lost > 0) throw new Error(`${lost} of the idle connections were closed`);
      return (residentBytes(proxy.child.pid) - before) / row.count;
    } finally {
      measured.destroy();
    }
  } finally {
    first.destroy();
  }
}
