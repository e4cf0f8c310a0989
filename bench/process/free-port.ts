import { createServer } from 'node:net';

const first = 12_000;
const count = 20_000;
const given = new Set<number>();

/**
 * A port of 127.0.0.1 that nobody listens on, and that this process was not told before. Taken from below the range
 * outgoing connections use, so that a load generator cannot occupy it before the proxy has bound it.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = first + Math.floor(Math.random() * count);
    if (given.has(port) || !(await canListen(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error('no free port between 12000 and 32000');
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
