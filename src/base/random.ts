import { randomFillSync } from 'node:crypto';

/** Randomness, injected so that tests own it. */
export interface Random {
  /** Uniform integer in [0, 2^32). */
  u32(): number;
  /** Uniform integer in [0, bound); bound ≤ 2^32. */
  below(bound: number): number;
  /** A lower-case version 4 UUID (RFC 9562 section 5.4). */
  uuid(): string;
}

const hex: string[] = [];
for (let i = 0; i < 256; i++) hex.push((i + 256).toString(16).slice(1));

/** Cryptographic random numbers, drawn 4 KiB at a time: a call into C++ per request would cost more than the UUID. */
export class SystemRandom implements Random {
  private readonly pool: Uint8Array;
  private readonly words: Uint32Array;
  private used: number;

  constructor() {
    const buffer = new ArrayBuffer(4096);
    this.pool = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.used = 4096;
  }

  u32(): number {
    return this.words[this.take(4) >>> 2] as number;
  }

  below(bound: number): number {
    return Math.floor((this.u32() / 0x1_0000_0000) * bound);
  }

  uuid(): string {
    const at = this.take(16);
    const b = this.pool;
    const h = (i: number): string => hex[b[at + i] as number] as string;
    const version = hex[((b[at + 6] as number) & 0x0f) | 0x40] as string;
    const variant = hex[((b[at + 8] as number) & 0x3f) | 0x80] as string;
    return (
      `${h(0)}${h(1)}${h(2)}${h(3)}-${h(4)}${h(5)}-${version}${h(7)}-` +
      `${variant}${h(9)}-${h(10)}${h(11)}${h(12)}${h(13)}${h(14)}${h(15)}`
    );
  }

  private take(bytes: number): number {
    if (this.used + bytes > this.pool.length) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    const at = this.used;
    this.used += bytes;
    return at;
  }
}

/** A small repeatable generator (mulberry32) for tests and benches. */
export class SeededRandom implements Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  u32(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  below(bound: number): number {
    return Math.floor((this.u32() / 0x1_0000_0000) * bound);
  }

  uuid(): string {
    const word = (): string => (this.u32() + 0x1_0000_0000).toString(16).slice(1);
    const [a, b, c, d] = [word(), word(), word(), word()];
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
  }
}
