import { WebSocket } from 'ws';
import { latencyHistogram, recordMicros } from '../report/latency.js';
import type { Suite, SuiteOutcome, Target } from './suite.js';

const connections = 50;
const message = Buffer.alloc(64, 'x');

/** Messages there and back over upgraded connections, one in flight on each. */
export const websocketSuite: Suite = {
  name: 'websocket',
  title: 'WebSocket echo',
  describe: `64 B messages there and back, ${connections} connections`,
  run: runWebsocket,
};

async function runWebsocket(target: Target, seconds: number): Promise<SuiteOutcome> {
  const histogram = latencyHistogram();
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(target.port)));
  const start = performance.now();
  const end = start + seconds * 1000;
  const outcomes = await Promise.all(sockets.map((socket) => pingPong(socket, end, histogram)));
  return {
    completed: histogram.totalCount,
    failed: outcomes.filter((isClean) => !isClean).length,
    seconds: (performance.now() - start) / 1000,
    bytes: histogram.totalCount * message.length,
    histogram,
  };
}

function open(port: number): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, {
      perMessageDeflate: false,
      handshakeTimeout: 5000,
    });
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Resolves at the end of the time, false when the connection was lost before. */
function pingPong(socket: WebSocket, end: number, histogram: SuiteOutcome['histogram']): Promise<boolean> {
  return new Promise((resolve) => {
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      socket.send(message);
    };
    const guard = setTimeout(() => finish(false), end - performance.now() + 5000);
    const finish = (isClean: boolean) => {
      clearTimeout(guard);
      socket.terminate();
      resolve(isClean);
    };
    socket.on('message', () => {
      const now = performance.now();
      recordMicros(histogram, (now - sentAt) * 1000);
      if (now < end) send();
      else finish(true);
    });
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    send();
  });
}
