import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { eventually } from '../../../support/eventually.js';
import type { ProxyUnderTest } from '../proxy-under-test.js';

/** A client of the grid: where it comes from and what it sends first. */
export interface ChainClient {
  readonly name: string;
  readonly from: string;
  readonly head: Buffer;
}

/** Either proxy may open its log with the first connection. */
function logOf({ places }: ProxyUnderTest): string {
  return existsSync(places.customLog) ? readFileSync(places.customLog, 'latin1') : '';
}

/** Connects, waits for an echo or the end, and answers the line that the listener logged of it. */
async function lineOf(
  proxy: ProxyUnderTest,
  listener: string,
  client: ChainClient,
  from: number,
): Promise<string> {
  const port = proxy.places.listeners[listener] ?? 0;
  const own = await new Promise<number>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: client.from });
    let local = 0;
    socket.on('connect', () => {
      local = (socket.address() as AddressInfo).port;
      socket.write(client.head);
    });
    socket.on('data', () => socket.end());
    socket.on('error', (error) => {
      if (local === 0) reject(error);
    });
    socket.on('close', () => resolve(local));
  });
  const mark = `<${listener} ${client.from}:${own}> `;
  let found = '';
  await eventually(() => {
    const text = logOf(proxy);
    const start = text.indexOf(`\n${mark}`, from);
    const end = text.indexOf('\n', start + 1);
    if (start < 0 || end < 0) return false;
    found = text.slice(start + 1 + mark.length, end);
    return true;
  });
  return found;
}

/** Begins each line of a listener's log that `lineOf` looks through. */
export function clientMark(listener: string): string {
  return `\n<${listener} %DOWNSTREAM_DIRECT_REMOTE_ADDRESS%> `;
}

/** What became of each client, `listener client: line`. */
export async function visitAll(
  proxy: ProxyUnderTest,
  listeners: readonly string[],
  clients: readonly ChainClient[],
): Promise<string[]> {
  const seen: string[] = [];
  for (const listener of listeners) {
    // A port may have been another client's before.
    const from = logOf(proxy).length;
    const lines = await Promise.all(clients.map((client) => lineOf(proxy, listener, client, from)));
    for (const [i, line] of lines.entries()) seen.push(`${listener} ${clients[i]?.name}: ${line}`);
  }
  return seen;
}
