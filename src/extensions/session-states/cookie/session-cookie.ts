/** What the cookie of a session holds: the message `envoy.Cookie`. */
export interface SessionCookie {
  readonly address: string;
  /** Seconds of the system's monotonic clock; 0 = never. */
  readonly expires: number;
}

const addressTag = (1 << 3) | 2;
const expiresTag = (2 << 3) | 0;

export function encodeSessionCookie({ address, expires }: SessionCookie): Buffer {
  const text = Buffer.from(address);
  const bytes = [addressTag, ...varint(text.length), ...text];
  if (expires > 0) bytes.push(expiresTag, ...varint(expires));
  return Buffer.from(bytes);
}

/** Null when the bytes are no such message. */
export function decodeSessionCookie(bytes: Buffer): SessionCookie | null {
  let address = '';
  let expires = 0;
  const reader = new WireReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    if (tag === addressTag) address = reader.bytes(reader.varint()).toString('latin1');
    else if (tag === expiresTag) expires = reader.varint();
    else reader.skip(tag);
    if (reader.hasFailed) return null;
  }
  return { address, expires };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

const nothing = Buffer.alloc(0);

/** Protobuf's wire format, as far as a small message of unknown making needs it. */
class WireReader {
  private readonly buffer: Buffer;
  private at: number;
  hasFailed: boolean;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.at = 0;
    this.hasFailed = false;
  }

  get isAtEnd(): boolean {
    return this.at >= this.buffer.length;
  }

  varint(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.buffer[this.at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    this.hasFailed = true;
    return 0;
  }

  bytes(length: number): Buffer {
    if (length > this.buffer.length - this.at) {
      this.hasFailed = true;
      return nothing;
    }
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }

  /** Over the value of a field that nobody asked for. */
  skip(tag: number): void {
    const kind = tag % 8;
    if (tag < 8) this.hasFailed = true;
    else if (kind === 0) this.varint();
    else if (kind === 1) this.bytes(8);
    else if (kind === 2) this.bytes(this.varint());
    else if (kind === 5) this.bytes(4);
    else this.hasFailed = true;
  }
}
