import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type NetworkFilter, NetworkStatus } from '../../../src/api/network-filter.js';
import { ReadChain } from '../../../src/network/read-chain.js';

const { Continue, Stop } = NetworkStatus;

/** A chain over filters that note what they see. */
function chainOf(filters: readonly NetworkFilter[], limitBytes = 1000) {
  const flow: string[] = [];
  const source = { pauseReading: () => flow.push('pause'), resumeReading: () => flow.push('resume') };
  const chain = new ReadChain(filters, source, () => limitBytes);
  chain.start();
  return { chain, flow, read: (text: string, end = false) => chain.onData(chunkOf(text), end) };
}

/** As a socket gives it: inside a buffer that is used again at once. */
function chunkOf(text: string) {
  const buffer = Buffer.from(`..${text}..`);
  return { buffer, start: 2, end: 2 + text.length };
}

class Notes implements NetworkFilter {
  readonly seen: string[] = [];
  status: (text: string) => NetworkStatus = () => Continue;

  onNewConnection(): NetworkStatus {
    this.seen.push('new');
    return Continue;
  }

  onData(chunk: { buffer: Buffer; start: number; end: number }, end: boolean): NetworkStatus {
    const text = chunk.buffer.toString('latin1', chunk.start, chunk.end);
    chunk.buffer.fill('#', chunk.start, chunk.end);
    this.seen.push(end ? `${text}|` : text);
    return this.status(text);
  }
}

test('every filter sees each byte once while none stops', () => {
  const [first, last] = [new Notes(), new Notes()];
  const { read } = chainOf([first, { onData: () => Continue }, last]);
  first.onData = (chunk, end) => {
    first.seen.push(chunk.buffer.toString('latin1', chunk.start, chunk.end) + (end ? '|' : ''));
    return Continue;
  };
  read('a');
  read('b', true);
  deepEqual(first.seen, ['new', 'a', 'b|']);
  deepEqual(last.seen, ['new', 'a', 'b|']);
});

test('a filter that stops is given what it left with what followed, and its successors get all of it', () => {
  const last = new Notes();
  const seen: string[] = [];
  const stopper: NetworkFilter = {
    onData: (chunk) => {
      seen.push(chunk.buffer.toString('latin1', chunk.start, chunk.end));
      return seen.length < 3 ? Stop : Continue;
    },
  };
  const { read } = chainOf([stopper, last]);
  read('a');
  read('b');
  deepEqual(last.seen, ['new']);
  read('c');
  deepEqual(seen, ['a', 'ab', 'abc']);
  read('d');
  deepEqual(last.seen, ['new', 'abc', 'd']);
});

test('a filter that stops at the connection keeps those behind it from knowing of it', () => {
  const last = new Notes();
  const { chain, read } = chainOf([{ onNewConnection: () => Stop }, last]);
  read('ab');
  read('', true);
  deepEqual(last.seen, []);
  chain.continueReading();
  deepEqual(last.seen, ['new', 'ab|']);
});

test('what is left pauses the socket at the limit until it goes on', () => {
  const { chain, flow, read } = chainOf([{ onData: () => Stop }, new Notes()], 4);
  read('abc');
  deepEqual(flow, []);
  read('d');
  read('e');
  deepEqual(flow, ['pause']);
  chain.continueReading();
  deepEqual(flow, ['pause', 'resume']);
});

test('the last filter cannot stop anything: what it does not take is gone', () => {
  const last = new Notes();
  last.status = () => Stop;
  const { read, flow } = chainOf([last], 1);
  read('a');
  read('b');
  deepEqual(last.seen, ['new', 'a', 'b']);
  equal(flow.length, 0);
});

test('nothing is passed on once a filter has closed the connection', () => {
  const last = new Notes();
  const closing: NetworkFilter = {
    onData: () => {
      chain.end();
      return Continue;
    },
  };
  const { chain, read } = chainOf([closing, last]);
  read('a');
  deepEqual(last.seen, ['new']);
});
