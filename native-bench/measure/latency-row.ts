import { fileURLToPath } from 'node:url';
import { rounds } from '../../bench/process/rounds.js';
import { median } from '../../bench/report/statistics.js';
import type { LatencyFinding, LatencyRow, RowResult } from '../contracts.js';
import { parseOpenLoop } from './open-loop-output.js';
import type { Run, RunningProxy } from './run.js';
import { failuresOf, startProxies, stopProxies } from './running-proxy.js';
import { measureWindow } from './window.js';

const generator = fileURLToPath(new URL('../../bench/load/open-loop-main.js', import.meta.url));

/** Rates are shares of what the slowest proxy of the row can carry, found in a closed loop first. */
export async function measureLatencyRow(run: Run, row: LatencyRow): Promise<RowResult> {
  const { proxies, problems } = await startProxies(run, row.configs, row.load);
  try {
    if (proxies.length === 0) return { kind: row.kind, row, findings: [], problems };
    const capacity = await slowestCapacity(run, row, proxies);
    const findings: LatencyFinding[] = [];
    const failed: string[] = [];
    for (const share of row.shares) {
      const rate = Math.floor(capacity * share);
      const { results, failures } = await rounds(proxies, run.pairs, (proxy) =>
        openLoop(run, row, proxy, rate),
      );
      failed.push(...failuresOf(failures));
      for (const [proxy, list] of results) {
        findings.push({
          peer: proxy.peer,
          share,
          requestsPerSecond: rate,
          failed: list.reduce((sum, output) => sum + output.failed, 0),
          rounds: list.map((output) => output.latency),
          lagP99: list.map((output) => output.lagP99),
          points: list[0]?.points ?? [],
        });
      }
    }
    return { kind: row.kind, row, findings, problems: [...problems, ...failed] };
  } finally {
    await stopProxies(proxies);
  }
}

/** The median of a few closed-loop windows of each proxy; the least of them. */
async function slowestCapacity(run: Run, row: LatencyRow, proxies: readonly RunningProxy[]): Promise<number> {
  const count = Math.min(3, run.pairs);
  const { results } = await rounds(proxies, count, (proxy) => measureWindow(run, proxy, row.load));
  const lists = [...results.values()].filter((list) => list.length > 0);
  return Math.min(...lists.map((list) => median(list.map((window) => window.requestsPerSecond))));
}

async function openLoop(run: Run, row: LatencyRow, proxy: RunningProxy, rate: number) {
  const args = [generator, proxy.port, rate, run.seconds, row.connections, row.path].map(String);
  const child = run.children.start(process.execPath, args, {
    cpus: run.cpus.load,
    limitSeconds: run.seconds + 15,
  });
  const output = await child.done;
  return parseOpenLoop(output.stdout === '' ? output.stderr : output.stdout);
}
