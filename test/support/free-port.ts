import { createServer, type Server } from 'node:net';

/**
 * Ports for those who bind them a while later. A port that the system gives away may be given to another process in
 * between, and two listeners that share their ports, as proxies do, then share it without an error: each gets some of
 * the other's connections. So every process takes blocks of ports for its own, below those that systems give away:
 * who listens on the first port of a block has the others.
 */
const first = 10_000;
const blockSize = 200;
const blockCount = 110;

let next = 0;
let end = 0;

/** A port of 127.0.0.1 on which nobody listens, and which no process that asks here is told as long as this one runs. */
export async function freePort(): Promise<number> {
  for (;;) {
    if (next === end) await takeBlock();
    const port = next++;
    const server = await listen(port);
    if (server === null) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

async function takeBlock(): Promise<void> {
  const start = Math.floor(Math.random() * blockCount);
  for (let i = 0; i < blockCount; i++) {
    const port = first + ((start + i) % blockCount) * blockSize;
    const owner = await listen(port);
    if (owner === null) continue;
    owner.unref();
    next = port + 1;
    end = port + blockSize;
    return;
  }
  throw new Error(`no free block of ports from ${first}`);
}

function listen(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
