import { type Rounds, rounds } from '../../bench/process/rounds.js';
import type {
  CpuFinding,
  CpuRow,
  ExtraCostFinding,
  ExtraCostRow,
  RowResult,
  Window,
  WorkersFinding,
  WorkersRow,
} from '../contracts.js';
import type { Run, RunningProxy } from './run.js';
import { failuresOf, type Started, startProxies, stopProxies } from './running-proxy.js';
import { measureWindow } from './window.js';

export async function measureCpuRow(run: Run, row: CpuRow): Promise<RowResult> {
  const { proxies, problems } = await startProxies(run, row.configs, row.load);
  try {
    const { results, failures } = await rounds(proxies, run.pairs, (proxy) =>
      measureWindow(run, proxy, row.load),
    );
    const findings: CpuFinding[] = [...results].map(([proxy, windows]) => ({ peer: proxy.peer, windows }));
    return { kind: row.kind, row, findings, problems: [...problems, ...failuresOf(failures)] };
  } finally {
    await stopProxies(proxies);
  }
}

/** A peer once as it is and once with what the row is about. */
interface Twin {
  readonly peer: CpuFinding['peer'];
  readonly first: readonly Window[];
  readonly second: readonly Window[];
}

/** The peers that ran in both forms; the others are among the problems of one of the two starts. */
function twins(first: Started, second: Started, measured: Rounds<RunningProxy, Window>): Twin[] {
  const found: Twin[] = [];
  for (const one of first.proxies) {
    const other = second.proxies.find((proxy) => proxy.peer === one.peer);
    if (other === undefined) continue;
    const of = (proxy: RunningProxy) => measured.results.get(proxy) ?? [];
    found.push({ peer: one.peer, first: of(one), second: of(other) });
  }
  return found;
}

export async function measureExtraCostRow(run: Run, row: ExtraCostRow): Promise<RowResult> {
  const without = await startProxies(run, row.without, row.load);
  const having = await startProxies(run, row.with, row.load);
  const all = [...without.proxies, ...having.proxies];
  try {
    const measured = await rounds(all, run.pairs, (proxy) => measureWindow(run, proxy, row.load));
    const findings: ExtraCostFinding[] = twins(without, having, measured).map(({ peer, first, second }) => ({
      peer,
      without: first,
      with: second,
    }));
    const unequipped = without.proxies
      .filter((proxy) => row.with[proxy.peer] === undefined)
      .map((proxy) => `${proxy.peer}: the row has no configuration with it`);
    const problems = [
      ...without.problems,
      ...having.problems,
      ...unequipped,
      ...failuresOf(measured.failures),
    ];
    return { kind: row.kind, row, findings, problems };
  } finally {
    await stopProxies(all);
  }
}

export async function measureWorkersRow(run: Run, row: WorkersRow): Promise<RowResult> {
  const one = await startProxies(run, row.configs, row.load, 1);
  const two = await startProxies(run, row.configs, row.load, 2);
  const all = [...one.proxies, ...two.proxies];
  try {
    const measured = await rounds(all, run.pairs, (proxy) => measureWindow(run, proxy, row.load));
    const findings: WorkersFinding[] = twins(one, two, measured).map(({ peer, first, second }) => ({
      peer,
      one: first,
      two: second,
      isThroughput: run.cpus.canScale,
    }));
    const problems = [...one.problems, ...two.problems, ...failuresOf(measured.failures)];
    return { kind: row.kind, row, findings, problems };
  } finally {
    await stopProxies(all);
  }
}
