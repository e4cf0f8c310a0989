import { parseArgs } from 'node:util';
import { allPeers } from './all-peers.js';
import type { Peer, Row } from './contracts.js';
import { allRows } from './rows/all-rows.js';

export interface Options {
  readonly pairs: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly peers: readonly Peer[];
}

export const usage = `native-bench: the same work through Sluice and through native proxies

  --pairs N      interleaved rounds per row (7)
  --seconds S    length of one window (3)
  --rows a,b     only these rows: ${allRows.map((row) => row.name).join(', ')}
  --peers x,y    only these peers beside Sluice: ${allPeers.map((peer) => peer.name).join(', ')}
  --quick        2 rounds of 1 s windows
`;

/** Throws with a message for the user when an argument is wrong. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pairs: { type: 'string' },
      seconds: { type: 'string' },
      rows: { type: 'string' },
      peers: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const peers = chosen(allPeers, values.peers, 'peer');
  return {
    pairs: positive('pairs', values.pairs, values.quick ? 2 : 7),
    seconds: positive('seconds', values.seconds, values.quick ? 1 : 3),
    rows: chosen(allRows, values.rows, 'row'),
    peers: allPeers.filter((peer) => peer.name === 'sluice' || peers.includes(peer)),
  };
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} wants a whole number from 1 on, not ${text}`);
  return value;
}

function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  text: string | undefined,
  what: string,
): T[] {
  if (text === undefined) return [...all];
  const names = text.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !all.some((entry) => entry.name === name));
  if (unknown !== undefined) {
    throw new Error(`there is no ${what} ${unknown}; there are ${all.map((entry) => entry.name).join(', ')}`);
  }
  return all.filter((entry) => names.includes(entry.name));
}
