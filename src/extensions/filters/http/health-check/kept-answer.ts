/** The last answer of the service, kept until the period it was given in is over. */
export interface Answer {
  readonly status: number;
  readonly isDegraded: boolean;
}

const statusBits = 10;
const statusMask = (1 << statusBits) - 1;

/** One word that all workers share: period, whether degraded, status. */
export class KeptAnswer {
  private readonly word: BigInt64Array;
  private readonly periodMs: number;

  constructor(word: BigInt64Array, periodMs: number) {
    this.word = word;
    this.periodMs = periodMs;
  }

  /** Null when none was given in this period: the service has to be asked. */
  get(nowMs: number): Answer | null {
    const kept = Number(Atomics.load(this.word, 0));
    if (kept === 0 || Math.floor(kept / 2 ** (statusBits + 1)) !== this.period(nowMs)) return null;
    return { status: kept & statusMask, isDegraded: (kept & (1 << statusBits)) !== 0 };
  }

  set({ status, isDegraded }: Answer, nowMs: number): void {
    const low = (isDegraded ? 1 << statusBits : 0) | (status & statusMask);
    Atomics.store(this.word, 0, BigInt(this.period(nowMs) * 2 ** (statusBits + 1) + low));
  }

  private period(nowMs: number): number {
    return Math.floor(nowMs / this.periodMs);
  }
}
