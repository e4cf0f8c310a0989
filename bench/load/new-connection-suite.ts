import { connect } from 'node:net';
import { latencyHistogram, recordMicros } from '../report/latency.js';
import { ResponseReader } from './response-reader.js';
import type { Suite, SuiteOutcome, Target } from './suite.js';

const atATime = 32;

/**
 * A connection per request, over raw sockets: autocannon does not count the request after which it reconnects.
 * Latency runs from the SYN to the last byte of the answer.
 */
export const newConnectionSuite: Suite = {
  name: 'new-connections',
  title: 'New connections',
  describe: `GET, 64 B body, one request per connection, ${atATime} at a time`,
  run: runNewConnections,
};

async function runNewConnections(target: Target, seconds: number): Promise<SuiteOutcome> {
  const histogram = latencyHistogram();
  const request = Buffer.from(
    `GET /small HTTP/1.1\r\nhost: 127.0.0.1:${target.port}\r\nconnection: close\r\n\r\n`,
  );
  const start = performance.now();
  const end = start + seconds * 1000;
  let failed = 0;
  let bytes = 0;
  const lane = async () => {
    while (performance.now() < end) {
      const began = performance.now();
      const received = await ask(target.port, request);
      if (received === 0) failed++;
      else recordMicros(histogram, (performance.now() - began) * 1000);
      bytes += received;
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  const taken = (performance.now() - start) / 1000;
  return { completed: histogram.totalCount, failed, seconds: taken, bytes, histogram };
}

/** Resolves when the connection is over, with the bytes of a good answer or 0. */
function ask(port: number, request: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const reader = new ResponseReader();
    let received = 0;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(request));
    socket.setTimeout(5000, () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.length;
      reader.take(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(reader.completed === 1 && reader.failed === 0 ? received : 0));
  });
}
