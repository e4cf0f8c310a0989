import { randomBytes } from 'node:crypto';

/** Randomness, injected so that tests own it. */
export interface Random {
  /** Uniform integer in [0, 2^32). */
  u32(): number;
  /** Uniform integer in [0, bound); bound ≤ 2^32. */
  below(bound: number): number;
  /** A lower-case version 4 UUID (RFC 9562 section 5.4). */
  uuid(): string;
}

const hexDigits = Buffer.from('0123456789abcdef');
const uuidLength = 36;
const uuidsPerBatch = 128;

/**
 * The thread's randomness. UUIDs are cryptographic, written 128 at a time: a call into C++ or a string of twenty
 * pieces per request would cost more than all the rest of the header rules. Numbers decide sampling, jitter and the
 * choice of hosts, where V8's xorshift128+ is good enough and needs no call into C++.
 */
export class SystemRandom implements Random {
  private readonly uuidBytes: Buffer;
  private uuidText: string;
  private uuidAt: number;

  constructor() {
    this.uuidBytes = Buffer.alloc(uuidsPerBatch * uuidLength);
    this.uuidText = '';
    this.uuidAt = 0;
  }

  u32(): number {
    return (Math.random() * 0x1_0000_0000) >>> 0;
  }

  below(bound: number): number {
    return Math.floor(Math.random() * bound);
  }

  uuid(): string {
    if (this.uuidAt >= this.uuidText.length) this.writeUuids();
    const at = this.uuidAt;
    this.uuidAt = at + uuidLength;
    return this.uuidText.slice(at, at + uuidLength);
  }

  private writeUuids(): void {
    const random = randomBytes(uuidsPerBatch * 16);
    const out = this.uuidBytes;
    let to = 0;
    for (let from = 0; from < random.length; from += 16) {
      random[from + 6] = ((random[from + 6] as number) & 0x0f) | 0x40;
      random[from + 8] = ((random[from + 8] as number) & 0x3f) | 0x80;
      for (let i = 0; i < 16; i++) {
        if (i === 4 || i === 6 || i === 8 || i === 10) out[to++] = 45;
        const byte = random[from + i] as number;
        out[to++] = hexDigits[byte >>> 4] as number;
        out[to++] = hexDigits[byte & 15] as number;
      }
    }
    this.uuidText = out.latin1Slice();
    this.uuidAt = 0;
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
