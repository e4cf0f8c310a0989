const size = 624;
const shift = 397;

/** MT19937 (Matsumoto and Nishimura, 1998): the generator that C++ calls `mt19937`. */
export class MersenneTwister {
  private readonly state: Uint32Array;
  private at: number;

  constructor(seed: number) {
    this.state = new Uint32Array(size);
    this.state[0] = seed;
    for (let i = 1; i < size; i++) {
      const previous = this.word(i - 1);
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
    this.at = size;
  }

  /** 32 bits. */
  next(): number {
    if (this.at === size) this.twist();
    let y = this.word(this.at++);
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  private twist(): void {
    for (let i = 0; i < size; i++) {
      const mixed = (this.word(i) & 0x8000_0000) | (this.word((i + 1) % size) & 0x7fff_ffff);
      const turned = mixed & 1 ? (mixed >>> 1) ^ 0x9908b0df : mixed >>> 1;
      this.state[i] = this.word((i + shift) % size) ^ turned;
    }
    this.at = 0;
  }

  private word(i: number): number {
    return this.state[i] as number;
  }
}
