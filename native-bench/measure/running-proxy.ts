import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntilServing } from '../../bench/process/wait-until-serving.js';
import { freePort } from '../../test/support/free-port.js';
import type { ConfigGenerator, Configs, Load, Peer, PeerName } from '../contracts.js';
import { childLimitSeconds } from './origin.js';
import type { Run, RunningProxy } from './run.js';
import { runLoad } from './window.js';

export interface Started {
  readonly proxies: readonly RunningProxy[];
  /** Peers of the row that could not be started, and why. */
  readonly problems: readonly string[];
}

/** Starts every peer that has a configuration in this row, one after the other; a failure costs only that peer. */
export async function startProxies(run: Run, configs: Configs, load: Load, workers = 1): Promise<Started> {
  const proxies: RunningProxy[] = [];
  const problems: string[] = [];
  const kind = load.origin ?? 'http1';
  if (run.originPorts[kind] === undefined) return { proxies, problems: [`there is no ${kind} origin here`] };
  for (const peer of run.peers) {
    const generator = configs[peer.name];
    if (generator === undefined) continue;
    try {
      proxies.push(await startProxy(run, peer, generator, load, workers));
    } catch (error) {
      problems.push(problemOf(peer.name, error));
    }
  }
  return { proxies, problems };
}

let started = 0;

async function startProxy(
  run: Run,
  peer: Peer,
  generator: ConfigGenerator,
  load: Load,
  workers: number,
): Promise<RunningProxy> {
  const folder = join(run.folder, `${peer.name}-${started++}`);
  mkdirSync(folder);
  const places = {
    port: await freePort(),
    adminPort: await freePort(),
    originPort: run.originPorts[load.origin ?? 'http1'] ?? 0,
    folder,
    workers,
  };
  const file = join(folder, 'proxy.yaml');
  writeFileSync(file, generator(places));
  const { command, args } = peer.start(file, places);
  const child = run.children.start(command, args, {
    cpus: workers > 1 ? run.cpus.twoWorkers : run.cpus.proxy,
    limitSeconds: childLimitSeconds,
    env: { NODE_ENV: 'production' },
  });
  const proxy = { peer: peer.name, port: places.port, child, workers };
  try {
    await waitUntilServing(child, peer.name, load.probe(places.port));
    const { completed } = await runLoad(run, proxy, load, run.warmUpSeconds);
    if (completed === 0) throw new Error('it answered nothing during the warm-up');
  } catch (error) {
    await child.stop();
    throw error;
  }
  return proxy;
}

export async function stopProxies(proxies: readonly RunningProxy[]): Promise<void> {
  await Promise.all(proxies.map((proxy) => proxy.child.stop()));
}

export function problemOf(peer: PeerName, error: unknown): string {
  return `${peer}: ${error instanceof Error ? error.message : String(error)}`;
}

/** What went wrong between the first round and the last. */
export function failuresOf(failures: ReadonlyMap<RunningProxy, unknown>): string[] {
  return [...failures].map(([proxy, error]) => problemOf(proxy.peer, error));
}
