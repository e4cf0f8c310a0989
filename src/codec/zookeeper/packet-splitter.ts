/** Who hears of packets. */
export interface PacketEvents {
  /**
   * One packet, from behind its length to where that says that it ends; it may be read up to `limit`. Answers where
   * reading ended; −1: nothing more of what came along with it is told.
   */
  onPacket(bytes: Buffer, start: number, end: number, limit: number): number;
  /** Bytes whose lengths cannot be; all of them, and what was kept before, are left out. */
  onWrongLength(): void;
}

const noBytes = Buffer.alloc(0);

/**
 * Splits bytes into packets with a length in front. All lengths are looked at before the first packet is told. After
 * bytes that are none it begins anew with the next ones. What a packet leaves over is taken for the next one, as Envoy
 * does, and from there on what came along is read wherever it leads.
 */
export class PacketSplitter {
  private readonly events: PacketEvents;
  private readonly leastBytes: number;
  private readonly mostBytes: number;
  /** The beginning of a packet, in its first `keptBytes` bytes. */
  private kept: Buffer;
  private keptBytes: number;

  constructor(events: PacketEvents, leastBytes: number, mostBytes: number) {
    this.events = events;
    this.leastBytes = leastBytes;
    this.mostBytes = mostBytes;
    this.kept = noBytes;
    this.keptBytes = 0;
  }

  split(bytes: Buffer, start: number, end: number): void {
    if (this.keptBytes === 0) {
      this.splitWhole(bytes, start, end);
      return;
    }
    this.append(bytes, start, end);
    const { kept, keptBytes } = this;
    if (keptBytes >= 4 && keptBytes < kept.readInt32BE(0) + 4 && this.isLength(kept.readInt32BE(0))) return;
    this.kept = noBytes;
    this.keptBytes = 0;
    this.splitWhole(kept, 0, keptBytes);
  }

  /** Room doubles, so that a packet in many pieces is not copied for each of them. */
  private append(bytes: Buffer, start: number, end: number): void {
    const needed = this.keptBytes + end - start;
    if (needed > this.kept.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.kept.length * 2, 64));
      this.kept.copy(grown, 0, 0, this.keptBytes);
      this.kept = grown;
    }
    bytes.copy(this.kept, this.keptBytes, start, end);
    this.keptBytes = needed;
  }

  private isLength(length: number): boolean {
    return length >= this.leastBytes && length <= this.mostBytes;
  }

  private splitWhole(bytes: Buffer, start: number, end: number): void {
    const last = this.endOfPackets(bytes, start, end);
    if (last < 0) {
      this.events.onWrongLength();
      return;
    }
    if (last < end) this.append(bytes, last, end);
    this.tell(bytes, start, last);
  }

  private tell(bytes: Buffer, start: number, last: number): void {
    let isLost = false;
    for (let at = start; at < last; ) {
      const length = last - at < 4 ? -1 : bytes.readInt32BE(at);
      if (!this.isLength(length)) {
        this.events.onWrongLength();
        return;
      }
      const end = at + 4 + length;
      at = this.events.onPacket(bytes, at + 4, end, isLost ? last : end);
      if (at < 0) return;
      isLost ||= at < end;
    }
  }

  /** Behind the last packet that is whole; −1 when a length is wrong. */
  private endOfPackets(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (end - at >= 4) {
      const length = bytes.readInt32BE(at);
      if (!this.isLength(length)) return -1;
      if (end - at - 4 < length) break;
      at += 4 + length;
    }
    return at;
  }
}
