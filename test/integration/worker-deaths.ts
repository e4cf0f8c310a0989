import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { descriptorCount, residentMb } from '../support/process-usage.js';
import { mainPath, RunningProxy } from '../support/proxy.js';
import { failingFilter, ringBootstrap } from '../support/ring-bootstrap.js';
import { killWorkers } from '../support/worker-killer.js';

/** Kills workers by the hundred and says what that left behind: `node dist/test/integration/worker-deaths.js --deaths 1000`. */
const { values } = parseArgs({
  options: { deaths: { type: 'string', default: '1000' }, concurrency: { type: 'string', default: '6' } },
});
const deaths = Number(values.deaths);
const concurrency = Number(values.concurrency);

const origin = createServer((_request, response) => response.end('hello'));
await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
const folder = mkdtempSync(join(tmpdir(), 'sluice-deaths-'));
const file = join(folder, 'bootstrap.yaml');
writeFileSync(file, ringBootstrap({ origin: (origin.address() as AddressInfo).port, fails: true }));
const child = spawn(
  process.execPath,
  [mainPath, '-c', file, '--concurrency', String(concurrency), '--filter-module', failingFilter],
  { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder },
);
const proxy = new RunningProxy(child, folder);
try {
  await proxy.logged(/all listeners are up/);
  const pid = child.pid as number;
  const say = (done: number): void => {
    const usage = `${descriptorCount(pid)} descriptors, ${residentMb(pid).toFixed(0)} MB resident`;
    process.stdout.write(`${done} deaths: ${usage}\n`);
  };
  for (let done = 0; done < deaths; ) {
    const next = Math.min(deaths, done === 0 ? concurrency * 2 : done + 100);
    await killWorkers(proxy, concurrency, next - done);
    done = next;
    say(done);
  }
  const restarts = await proxy.stat('server.worker_restarts');
  process.stdout.write(`server.worker_restarts says ${restarts}\n`);
} finally {
  child.kill('SIGKILL');
  await proxy.exit();
  origin.close();
  origin.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}
