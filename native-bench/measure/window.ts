import { cpuTime } from '../../bench/process/process-tree.js';
import type { Load, LoadResult, Window } from '../contracts.js';
import type { Run, RunningProxy } from './run.js';

/** One run of the load generator against a proxy. */
export async function runLoad(
  run: Run,
  proxy: RunningProxy,
  load: Load,
  seconds: number,
): Promise<LoadResult> {
  const { command, args } = load.command(proxy.port, seconds);
  const cpus = proxy.workers > 1 ? run.cpus.twoWorkersLoad : run.cpus.load;
  const generator = run.children.start(command, args, { cpus, limitSeconds: seconds + 15 });
  const output = await generator.done;
  if (!proxy.child.isRunning) throw new Error(`${proxy.peer} ended under load: ${proxy.child.complaint}`);
  return load.read(output.stdout === '' ? output.stderr : output.stdout);
}

/** CPU of the proxy's whole process tree over one run of the generator, divided by the requests completed. */
export async function measureWindow(run: Run, proxy: RunningProxy, load: Load): Promise<Window> {
  const before = cpuTime(proxy.child.pid);
  const result = await runLoad(run, proxy, load, run.seconds);
  const after = cpuTime(proxy.child.pid);
  const each = (micros: number) => (result.completed === 0 ? Number.NaN : micros / result.completed);
  return {
    userMicros: each(after.userMicros - before.userMicros),
    systemMicros: each(after.systemMicros - before.systemMicros),
    requestsPerSecond: result.completed / result.seconds,
    failed: result.failed,
  };
}
