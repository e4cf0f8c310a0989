import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from './free-port.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** For tests that are skipped where there is none. */
export const needsRedis = {
  skip: hasRedis ? false : 'no redis-server on this machine (apt-get install redis-server)',
  timeout: 90_000,
};

/** Starts a server that keeps nothing; answers its port. */
export async function startRedis(t: TestContext, more: readonly string[] = []): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...more];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      if (bytes.includes('eady to accept')) resolve();
    });
    child.once('exit', () => reject(new Error('redis-server ended')));
  });
  return port;
}

/** Starts a cluster of three primaries; answers their ports once every slot is served. */
export async function startRedisCluster(t: TestContext): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let i = 0; i < 3; i++) {
    ports.push(await startRedis(t, ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())]));
  }
  const cli = (...args: readonly string[]): string =>
    spawnSync('redis-cli', args, { encoding: 'utf8' }).stdout;
  cli('--cluster', 'create', ...ports.map((port) => `127.0.0.1:${port}`), '--cluster-yes');
  const isServed = (port: number): boolean =>
    cli('-p', String(port), 'cluster', 'info').includes('cluster_state:ok');
  while (!ports.every(isServed)) await new Promise((resolve) => setTimeout(resolve, 20));
  return ports;
}
