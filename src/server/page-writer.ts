import type { ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';

/** How long pieces of a page are made before main's other work gets its turn. */
const sliceMs = 2;
/** Characters handed to the socket at once. */
const writeChars = 32_768;

/** Writes a body that comes in pieces and ends the answer; pauses for other work and for a slow reader. */
export async function writePage(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  let text = '';
  let sliceStart = performance.now();
  for (const piece of pieces) {
    text += piece;
    if (text.length >= writeChars) {
      const isTaken = response.write(text);
      text = '';
      // A socket that takes everything at once drains within the same turn: that is no pause for others.
      if (!isTaken) await drained(response);
    }
    if (performance.now() - sliceStart > sliceMs) {
      await new Promise((resolve) => setImmediate(resolve));
      sliceStart = performance.now();
    }
    if (response.destroyed) return;
  }
  response.end(text);
}

/** Resolves when the reader has caught up, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
    if (response.destroyed) done();
  });
}
