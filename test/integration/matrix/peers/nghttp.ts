import type { Cell, Front, Peer, Scenario } from '../cells.js';
import { missing, printed } from './programs.js';

/** A stream as nghttp's log tells of it. */
interface Seen {
  heads: string;
  bytes: number;
  isReset: boolean;
}

const paths: { readonly [scenario in Scenario]?: string } = {
  GET: 'hello',
  HEAD: 'hello',
  upload: 'sum',
  'both ways at once': 'echo',
  trailers: 'trailers',
  '100-continue': 'sum',
  'early answer': 'early',
  'reset before the answer': 'reset',
  'reset within the answer': 'cut',
};

function flags(scenario: Scenario, front: Front): readonly string[] {
  switch (scenario) {
    case 'HEAD':
      return ['-H', ':method: HEAD'];
    case 'trailers':
      return ['-d', front.bodyFile, '--trailer', 'x-sent: yes', '--no-content-length'];
    case '100-continue':
      return ['-d', front.bodyFile, '--expect-continue'];
    case 'upload':
    case 'both ways at once':
    case 'early answer':
      return ['-d', front.bodyFile];
    default:
      return [];
  }
}

/** The streams of a verbose log, by the path that each asked for. */
function streams(log: string): Map<string, Seen> {
  const byId = new Map<string, Seen>();
  const byPath = new Map<string, Seen>();
  let sending = '';
  for (const line of log.split('\n')) {
    const id = /stream_id=(\d+)/.exec(line)?.[1] ?? '';
    const seen = byId.get(id) ?? { heads: '', bytes: 0, isReset: false };
    if (id !== '') byId.set(id, seen);
    if (/send HEADERS frame/.test(line)) sending = id;
    const path = /^ *:path: (\S+)/.exec(line)?.[1];
    if (path !== undefined) byPath.set(path, byId.get(sending) as Seen);
    const field = /recv \(stream_id=\d+\) (.*)$/.exec(line)?.[1];
    if (field !== undefined) seen.heads += `${field}\n`;
    const length = /recv DATA frame <length=(\d+)/.exec(line)?.[1];
    if (length !== undefined) seen.bytes += Number(length);
    if (/recv RST_STREAM frame/.test(line)) seen.isReset = true;
  }
  return byPath;
}

function outcome(scenario: Scenario, { heads, bytes, isReset }: Seen): string {
  const value = (name: string): string =>
    [...heads.matchAll(new RegExp(`^${name}: (.*)$`, 'gm'))].at(-1)?.[1] ?? 'none';
  const status = value(':status');
  const result = value('x-result');
  const body = result.length === bytes ? result : `${bytes} bytes`;
  switch (scenario) {
    case 'HEAD':
      return `${status}, length ${value('content-length')}, ${bytes} bytes`;
    case 'both ways at once':
      return `${bytes} bytes, ${value('x-sum')}`;
    case 'trailers':
      return `${bytes === 7 ? 'trailed' : bytes} ${value('x-sum')}, sent ${value('x-seen')}`;
    case '100-continue':
      return `${heads.startsWith(':status: 100') ? '100, ' : ''}${status} ${body}`;
    case 'reset before the answer':
      return status;
    case 'reset within the answer':
      return isReset ? `${status} and cut off` : 'no error';
    default:
      return `${status} ${body}`;
  }
}

/** One process for each scenario: all of its requests have the same method, fields and body. */
async function play(at: 'h2c' | 'tls', front: Front, cells: readonly Cell[]): Promise<string[]> {
  const root = `${at === 'tls' ? 'https' : 'http'}://127.0.0.1:${front.port(at)}`;
  const outcomes = new Map<Cell, string>();
  for (const scenario of new Set(cells.map((cell) => cell.scenario))) {
    const same = cells.filter((cell) => cell.scenario === scenario);
    const pathOf = (cell: Cell): string => `/${cell.upstream}/${paths[scenario]}`;
    const urls = same.map((cell) => root + pathOf(cell));
    const args = ['-v', '-n', '-y', '--no-dep', '-t', '100', ...flags(scenario, front), ...urls];
    const seen = streams((await printed('nghttp', args)).toString('latin1'));
    for (const cell of same) {
      const stream = seen.get(pathOf(cell));
      outcomes.set(cell, stream === undefined ? 'not played' : outcome(scenario, stream));
    }
  }
  return cells.map((cell) => outcomes.get(cell) ?? 'not played');
}

export function nghttpPeers(): readonly Peer[] {
  const reason = missing('nghttp');
  return (['h2c', 'tls'] as const).map((at) => ({
    client: 'nghttp',
    listener: at,
    missing: reason,
    sendsTrailers: true,
    without: {
      'reset by the client': 'nghttp cannot be told to reset a stream',
      WebSocket: 'nghttp has no WebSocket',
      CONNECT: 'nghttp sends a path with every method',
    },
    play: (front, cells) => play(at, front, cells),
  }));
}
