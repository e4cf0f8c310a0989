import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { ResponseReader } from '../../bench/load/response-reader.js';
import type { MemoryRow } from '../contracts.js';
import { begin } from './http2-client.js';

/** Opened at a time; each has its answer before the next ones are opened. */
const batch = 50;
/** Less than every proxy of the bench allows a connection. */
const streamsPerConnection = 50;
const answerLimitMs = 10_000;

/** What clients opened and left. */
export interface LeftOpen {
  /** How many the other side has ended since. */
  lost(): number;
  destroy(): void;
}

/** Opens as many as asked of what the row is about. */
export async function leaveOpen(port: number, row: MemoryRow, count: number): Promise<LeftOpen> {
  switch (row.opens) {
    case 'http1-connections':
      return connections(await inBatches(count, () => askHttp1(port, row.path)));
    case 'http2-connections':
      return sessions(await inBatches(count, () => askHttp2(port, row.path, 1)));
    case 'http2-streams': {
      const each = streamsPerConnection;
      return sessions(await inBatches(Math.ceil(count / each), () => askHttp2(port, row.path, each)));
    }
  }
}

async function inBatches<T>(count: number, open: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  while (all.length < count) {
    const length = Math.min(batch, count - all.length);
    all.push(...(await Promise.all(Array.from({ length }, open))));
  }
  return all;
}

function connections(sockets: readonly Socket[]): LeftOpen {
  return {
    lost: () => sockets.filter((socket) => socket.destroyed || socket.readableEnded).length,
    destroy: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function sessions(all: readonly ClientHttp2Session[]): LeftOpen {
  return {
    lost: () => all.filter((session) => session.destroyed || session.closed).length,
    destroy: () => {
      for (const session of all) session.destroy();
    },
  };
}

/** A connection that has made one request and had its answer, and then stays open. */
function askHttp1(port: number, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const reader = new ResponseReader();
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
    });
    socket.setTimeout(answerLimitMs, () => socket.destroy(new Error('no answer within 10 s')));
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      if (reader.take(bytes) === 0) return;
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

async function askHttp2(port: number, path: string, streams: number): Promise<ClientHttp2Session> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.setMaxListeners(0);
  const statuses = await Promise.all(
    Array.from({ length: streams }, () => begin(session, path, answerLimitMs)),
  );
  const other = statuses.find((status) => status !== 200);
  if (other !== undefined) throw new Error(`${path} answers ${other}`);
  return session;
}
