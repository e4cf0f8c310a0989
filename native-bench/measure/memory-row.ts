import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ResponseReader } from '../../bench/load/response-reader.js';
import { residentBytes } from '../../bench/process/process-tree.js';
import type { MemoryFinding, MemoryRow, RowResult } from '../contracts.js';
import type { Run } from './run.js';
import { problemOf, type RunningProxy, startProxies, stopProxies } from './running-proxy.js';

/** More rounds would measure the same: memory does not jitter as CPU does. */
const maxRounds = 3;
/** Collectors and allocators settle before memory is read. */
const settleMs = 2000;
/** Connections opened at a time; each makes its request before the next ones are opened. */
const batch = 50;

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
          found.set(peer.name, [...(found.get(peer.name) ?? []), await bytesPerConnection(proxy, row)]);
        }
      } catch (error) {
        problems.add(problemOf(peer.name, error));
      } finally {
        await stopProxies(started.proxies);
      }
    }
  }
  const findings = [...found].map(([peer, bytesPerConnection]) => ({ peer, bytesPerConnection }));
  return { kind: row.kind, row, findings, problems: [...problems] };
}

async function bytesPerConnection(proxy: RunningProxy, row: MemoryRow): Promise<number> {
  await delay(settleMs);
  const before = residentBytes(proxy.child.pid);
  const sockets: Socket[] = [];
  try {
    for (let opened = 0; opened < row.connections; opened += batch) {
      const count = Math.min(batch, row.connections - opened);
      sockets.push(
        ...(await Promise.all(Array.from({ length: count }, () => openAndAsk(proxy.port, row.path)))),
      );
    }
    await delay(settleMs);
    const lost = sockets.filter((socket) => socket.destroyed || socket.readableEnded).length;
    if (lost > 0) throw new Error(`${lost} of ${row.connections} idle connections were closed`);
    return (residentBytes(proxy.child.pid) - before) / row.connections;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** A connection that has made one request and had its answer, and then stays open. */
function openAndAsk(port: number, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const reader = new ResponseReader();
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
    });
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')));
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      if (reader.take(bytes) === 0) return;
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}
