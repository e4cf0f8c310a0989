import type { RoutingPriority } from '../api/upstream.js';
import { type ErrorRun, HostWord, hostWords, LoadWord } from '../api/upstream.js';

/** Places in a breaker's words. */
export const BreakerWord = { connections: 0, pending: 1, requests: 2, retries: 3, pools: 4 } as const;
export type BreakerWord = (typeof BreakerWord)[keyof typeof BreakerWord];
const breakerWords = 5;
const priorities = 2;
const redirections = 11;
const failures = 12;
const touches = 13;
const globalWords = 16;

/**
 * The truly global words of one cluster: a generation, and for each routing priority what is in use of each limit.
 * Everybody changes them with `Atomics`; beside them each thread keeps what it holds itself (its mirror), so that
 * main can give a dead worker's share back. This is the only file that touches them.
 *
 *   words   0 generation · 1…10 breakers (2 priorities × 5) · 11, 12 notes of a Redis Cluster's topology ·
 *           13 which breakers were used beside their limit, one bit each
 *   mirrors 16 + thread × 16 + the same 10
 */
export class ClusterWords {
  readonly buffer: SharedArrayBuffer;
  private readonly words: Int32Array;
  private readonly mirror: number;

  /** `threads` counts main and every worker; `thread` is the caller's own index. */
  constructor(buffer: SharedArrayBuffer, thread: number) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
    this.mirror = globalWords * (1 + thread);
  }

  static allocate(threads: number): SharedArrayBuffer {
    return new SharedArrayBuffer((1 + threads) * globalWords * 4);
  }

  get generation(): number {
    return Atomics.load(this.words, 0);
  }

  /** Main alone: hosts, priorities or health have changed. */
  bumpGeneration(): void {
    Atomics.add(this.words, 0, 1);
  }

  /** A host has sent a command to another one, or has failed it. */
  noteTopology(kind: 'redirection' | 'failure'): void {
    Atomics.add(this.words, kind === 'redirection' ? redirections : failures, 1);
  }

  /** Main alone: how many since the last time. */
  takeTopologyNotes(): { readonly redirections: number; readonly failures: number } {
    return {
      redirections: Atomics.exchange(this.words, redirections, 0),
      failures: Atomics.exchange(this.words, failures, 0),
    };
  }

  used(priority: RoutingPriority, word: BreakerWord): number {
    return Atomics.load(this.words, 1 + priority * breakerWords + word);
  }

  /** Takes one place unless `limit` are taken; two threads never take the last one together. */
  take(priority: RoutingPriority, word: BreakerWord, limit: number): boolean {
    const at = 1 + priority * breakerWords + word;
    // Never above the limit, not for a moment: another thread would be refused for a place that nobody got.
    for (let used = Atomics.load(this.words, at); ; ) {
      if (used >= limit) return false;
      const seen = Atomics.compareExchange(this.words, at, used, used + 1);
      if (seen === used) break;
      used = seen;
    }
    this.words[this.mirror + at] = (this.words[this.mirror + at] as number) + 1;
    return true;
  }

  give(priority: RoutingPriority, word: BreakerWord): void {
    const at = 1 + priority * breakerWords + word;
    Atomics.sub(this.words, at, 1);
    this.words[this.mirror + at] = (this.words[this.mirror + at] as number) - 1;
  }

  /** From now on `isTouched` says that this limit is not the one that decides, or not alone. */
  touch(priority: RoutingPriority, word: BreakerWord): void {
    const bit = 1 << (priority * breakerWords + word);
    if (((this.words[touches] as number) & bit) === 0) Atomics.or(this.words, touches, bit);
  }

  isTouched(priority: RoutingPriority, word: BreakerWord): boolean {
    return (Atomics.load(this.words, touches) & (1 << (priority * breakerWords + word))) !== 0;
  }

  /** Main alone, after that thread's death: subtracts what it held. */
  reclaim(thread: number): void {
    const mirror = globalWords * (1 + thread);
    for (let at = 1; at <= priorities * breakerWords; at++) {
      const held = this.words[mirror + at] as number;
      if (held !== 0) Atomics.sub(this.words, at, held);
      this.words[mirror + at] = 0;
    }
  }
}

/** What a host has last reported of its load, on the clock that threads share. */
export interface LastLoad {
  weight: number;
  atMs: number;
  sinceMs: number;
}

const sharedHostWords = 6;
const health = 0;
const activeRequests = 1;
/** Three words, one for each `ErrorRun`. */
const errorRuns = 2;

/**
 * Words of a run of hosts of one cluster. Health and active requests are global; the counters of `HostWord` are one
 * lane per thread, which only that thread writes and main sums. A cluster that outgrows its table gets another.
 */
export class HostTable {
  readonly buffer: SharedArrayBuffer;
  readonly capacity: number;
  private readonly shared: Int32Array;
  private readonly lanes: Float64Array;
  private readonly threads: number;
  private readonly thread: number;
  /** Words of a host in a lane: `hostWords`, or more where hosts report their load. */
  private readonly words: number;

  constructor(buffer: SharedArrayBuffer, capacity: number, threads: number, thread: number) {
    const laneBytes = buffer.byteLength - lanesOffset(capacity, threads);
    this.buffer = buffer;
    this.words = laneBytes / (threads * capacity * 8);
    this.capacity = capacity;
    this.threads = threads;
    this.thread = thread;
    const sharedWords = capacity * sharedHostWords;
    this.shared = new Int32Array(buffer, 0, sharedWords + threads * capacity);
    this.lanes = new Float64Array(buffer, lanesOffset(capacity, threads));
  }

  /** There is at least one host. */
  static allocate(capacity: number, threads: number, words = hostWords): SharedArrayBuffer {
    return new SharedArrayBuffer(lanesOffset(capacity, threads) + threads * capacity * words * 8);
  }

  health(index: number): number {
    return Atomics.load(this.shared, index * sharedHostWords + health);
  }

  /** Main alone. */
  setHealth(index: number, bits: number): void {
    Atomics.store(this.shared, index * sharedHostWords + health, bits);
  }

  /** Stands in main's lane. */
  servesSinceMs(index: number): number {
    return this.lanes[index * this.words + HostWord.servesSinceMs] as number;
  }

  activeRequests(index: number): number {
    return Atomics.load(this.shared, index * sharedHostWords + activeRequests);
  }

  /** Stands in main's lane; 0 while it has not been worked out. */
  loadWeight(index: number): number {
    return this.reportsLoad ? (this.lanes[index * this.words + LoadWord.weight] as number) : 0;
  }

  noteLoad(index: number, weight: number, nowMs: number, expirationMs: number): void {
    if (!this.reportsLoad) return;
    const at = (this.thread * this.capacity + index) * this.words;
    const { lanes } = this;
    const lastMs = lanes[at + LoadWord.atMs] as number;
    if (lastMs === 0 || lastMs < nowMs - expirationMs) lanes[at + LoadWord.sinceMs] = nowMs;
    lanes[at + LoadWord.weight] = weight;
    lanes[at + LoadWord.atMs] = nowMs;
  }

  /** Main alone: the last report of any worker, and the first of those that still count. `atMs` 0: none. */
  lastLoad(index: number, expirationMs: number): LastLoad {
    const last = { weight: 0, atMs: 0, sinceMs: 0 };
    if (!this.reportsLoad) return last;
    const { lanes, threads, capacity, words } = this;
    for (let thread = 1; thread < threads; thread++) {
      const at = (thread * capacity + index) * words;
      const atMs = lanes[at + LoadWord.atMs] as number;
      if (atMs <= last.atMs) continue;
      last.weight = lanes[at + LoadWord.weight] as number;
      last.atMs = atMs;
    }
    last.sinceMs = last.atMs;
    for (let thread = 1; thread < threads; thread++) {
      const at = (thread * capacity + index) * words;
      const atMs = lanes[at + LoadWord.atMs] as number;
      if (atMs === 0 || atMs < last.atMs - expirationMs) continue;
      last.sinceMs = Math.min(last.sinceMs, lanes[at + LoadWord.sinceMs] as number);
    }
    return last;
  }

  private get reportsLoad(): boolean {
    return this.words > hostWords;
  }

  addActiveRequests(index: number, n: number): void {
    Atomics.add(this.shared, index * sharedHostWords + activeRequests, n);
    const mirror = this.capacity * sharedHostWords + this.thread * this.capacity + index;
    this.shared[mirror] = (this.shared[mirror] as number) + n;
  }

  /** One more error in a row; answers whether that makes `limit`, for one thread alone, and begins anew then. */
  extendRun(index: number, run: ErrorRun, limit: number): boolean {
    const at = index * sharedHostWords + errorRuns + run;
    if (Atomics.add(this.shared, at, 1) + 1 !== limit) return false;
    Atomics.store(this.shared, at, 0);
    return true;
  }

  endRun(index: number, run: ErrorRun): void {
    const at = index * sharedHostWords + errorRuns + run;
    if (Atomics.load(this.shared, at) !== 0) Atomics.store(this.shared, at, 0);
  }

  /** No errors in a row of any kind. */
  endRuns(index: number): void {
    const at = index * sharedHostWords + errorRuns;
    for (let run = 0; run < sharedHostWords - errorRuns; run++) Atomics.store(this.shared, at + run, 0);
  }

  /** Adds to this thread's own counter. */
  count(index: number, word: number, n: number): void {
    const at = (this.thread * this.capacity + index) * this.words + word;
    this.lanes[at] = (this.lanes[at] as number) + n;
  }

  /** Adds what this thread has counted of a host here to the words of the same host there. */
  moveTo(index: number, target: HostTable, targetIndex: number): void {
    target.addActiveRequests(targetIndex, this.activeRequests(index));
    for (let word = 0; word < hostWords; word++) target.count(targetIndex, word, this.own(index, word));
  }

  own(index: number, word: number): number {
    return this.lanes[(this.thread * this.capacity + index) * this.words + word] as number;
  }

  setOwn(index: number, word: number, value: number): void {
    this.lanes[(this.thread * this.capacity + index) * this.words + word] = value;
  }

  /** Sum over all threads. */
  total(index: number, word: number): number {
    let sum = 0;
    for (let thread = 0; thread < this.threads; thread++) {
      sum += this.lanes[(thread * this.capacity + index) * this.words + word] as number;
    }
    return sum;
  }

  /** Main alone, after that thread's death: its active requests go, its gauges go, its totals move to main's lane. */
  reclaim(thread: number, gaugeWords: readonly number[]): void {
    for (let index = 0; index < this.capacity; index++) {
      const mirror = this.capacity * sharedHostWords + thread * this.capacity + index;
      const held = this.shared[mirror] as number;
      if (held !== 0) Atomics.sub(this.shared, index * sharedHostWords + activeRequests, held);
      this.shared[mirror] = 0;
      for (let word = 0; word < hostWords; word++) {
        const from = (thread * this.capacity + index) * this.words + word;
        if (!gaugeWords.includes(word)) this.count(index, word, this.lanes[from] as number);
        this.lanes[from] = 0;
      }
    }
  }

  /** Main alone: forgets the slot's words before another host gets it. */
  clear(index: number): void {
    this.shared.fill(0, index * sharedHostWords, (index + 1) * sharedHostWords);
    for (let thread = 0; thread < this.threads; thread++) {
      const from = (thread * this.capacity + index) * this.words;
      this.lanes.fill(0, from, from + this.words);
    }
  }
}

function lanesOffset(capacity: number, threads: number): number {
  const words = capacity * sharedHostWords + threads * capacity;
  return Math.ceil((words * 4) / 8) * 8;
}
