/** A ClientHello (RFC 8446, section 4.1.2) as far as anybody here asks. Lists keep the client's order. */
export interface ClientHello {
  /** `client_version` of the message, 0x0303 from TLS 1.2 on. */
  readonly legacyVersion: number;
  readonly cipherSuites: readonly number[];
  /** Types of the extensions. */
  readonly extensions: readonly number[];
  /** As sent; empty when there was none. */
  readonly serverName: string;
  readonly alpn: readonly string[];
  readonly supportedVersions: readonly number[];
  readonly supportedGroups: readonly number[];
  /** Groups that the client sent a key share for. */
  readonly keyShares: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  readonly pointFormats: readonly number[];
  /** Asks for a stapled OCSP response. */
  readonly wantsOcsp: boolean;
}

/** What is wrong with bytes that are no ClientHello, in the words that Envoy's library has for it. */
export type HelloFault =
  | 'CLIENTHELLO_PARSE_FAILED'
  | 'DECODE_ERROR'
  | 'ENCRYPTED_LENGTH_TOO_LONG'
  | 'EXCESSIVE_MESSAGE_SIZE'
  | 'HTTPS_PROXY_REQUEST'
  | 'HTTP_REQUEST'
  | 'TOO_MANY_EMPTY_FRAGMENTS'
  | 'UNEXPECTED_MESSAGE'
  | 'UNEXPECTED_RECORD'
  | 'WRONG_VERSION_NUMBER';

/** What the first bytes of a connection are. */
export type HelloReading = ClientHello | 'incomplete' | HelloFault;

const recordHeaderBytes = 5;
const handshakeRecord = 22;
const clientHelloMessage = 1;
/** A plain record holds no more than 16,384 bytes (RFC 8446, section 5.1); the library allows for encryption. */
const longestRecord = 16_384 + 320;
const longestMessage = 16_384;
const mostEmptyRecords = 32;

/** Reads the ClientHello at the front of `bytes`, which may come in several records. */
export function readClientHello(bytes: Buffer, length: number): HelloReading {
  if (length < recordHeaderBytes) return 'incomplete';
  const other = otherProtocol(bytes);
  if (other !== null) return other;
  const parts: Buffer[] = [];
  let have = 0;
  let empty = 0;
  for (let at = 0; length >= at + recordHeaderBytes; ) {
    if (bytes[at + 1] !== 3) return 'WRONG_VERSION_NUMBER';
    const size = bytes.readUInt16BE(at + 3);
    if (size > longestRecord) return 'ENCRYPTED_LENGTH_TOO_LONG';
    const start = at + recordHeaderBytes;
    at = start + size;
    if (length < at) return 'incomplete';
    if (bytes[start - recordHeaderBytes] !== handshakeRecord) return 'UNEXPECTED_RECORD';
    if (size === 0) {
      if (++empty > mostEmptyRecords) return 'TOO_MANY_EMPTY_FRAGMENTS';
      continue;
    }
    parts.push(bytes.subarray(start, at));
    have += size;
    if (have < 4) continue;
    const message = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const needed = 4 + message.readUIntBE(1, 3);
    if (needed - 4 > longestMessage) return 'EXCESSIVE_MESSAGE_SIZE';
    if (have < needed) continue;
    if (message[0] !== clientHelloMessage) return 'UNEXPECTED_MESSAGE';
    return readMessage(message.subarray(4, needed));
  }
  return 'incomplete';
}

/** The library knows requests of HTTP when it sees them, and ClientHellos of SSL 2.0, which nobody sends any more. */
function otherProtocol(bytes: Buffer): HelloFault | null {
  const start = bytes.latin1Slice(0, recordHeaderBytes);
  if (/^(?:GET |POST |HEAD |PUT )/.test(start)) return 'HTTP_REQUEST';
  if (start === 'CONNE') return 'HTTPS_PROXY_REQUEST';
  const isSsl2 = bytes.readUInt8(0) >= 0x80 && bytes[2] === clientHelloMessage && bytes[3] === 3;
  return isSsl2 ? 'DECODE_ERROR' : null;
}

/** A cursor whose reads beyond the end mark it as bad and answer nothing. */
class Reader {
  private readonly bytes: Buffer;
  private at: number;
  isBad: boolean;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.at = 0;
    this.isBad = false;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  uint(size: 1 | 2): number {
    if (this.at + size > this.bytes.length) {
      this.isBad = true;
      this.at = this.bytes.length;
      return 0;
    }
    const value = this.bytes.readUIntBE(this.at, size);
    this.at += size;
    return value;
  }

  /** Bytes behind a length of `size` bytes. */
  vector(size: 1 | 2): Buffer {
    return this.take(this.uint(size));
  }

  take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length) {
      this.isBad = true;
      this.at = this.bytes.length;
      return Buffer.alloc(0);
    }
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  /** What is left, as numbers. */
  numbers(size: 1 | 2): number[] {
    const found: number[] = [];
    while (!this.isAtEnd && !this.isBad) found.push(this.uint(size));
    return found;
  }
}

const ExtensionType = {
  serverName: 0,
  statusRequest: 5,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  supportedVersions: 43,
  keyShare: 51,
} as const;

function readMessage(message: Buffer): ClientHello | 'CLIENTHELLO_PARSE_FAILED' {
  const reader = new Reader(message);
  const legacyVersion = reader.uint(2);
  reader.take(32);
  reader.vector(1);
  const cipherSuites = new Reader(reader.vector(2)).numbers(2);
  reader.vector(1);
  const bodies = new Map<number, Buffer>();
  const extensions: number[] = [];
  if (!reader.isAtEnd) {
    const list = new Reader(reader.vector(2));
    while (!list.isAtEnd && !list.isBad) {
      const type = list.uint(2);
      const body = list.vector(2);
      // RFC 8446, section 4.2: no two of one type.
      if (bodies.has(type)) return 'CLIENTHELLO_PARSE_FAILED';
      bodies.set(type, body);
      extensions.push(type);
    }
    if (list.isBad) return 'CLIENTHELLO_PARSE_FAILED';
  }
  if (reader.isBad || cipherSuites.length === 0) return 'CLIENTHELLO_PARSE_FAILED';
  const numbersOf = (type: number, outer: 1 | 2, inner: 1 | 2): number[] => {
    const body = bodies.get(type);
    return body === undefined ? [] : new Reader(new Reader(body).vector(outer)).numbers(inner);
  };
  return {
    legacyVersion,
    cipherSuites,
    extensions,
    serverName: serverNameOf(bodies.get(ExtensionType.serverName)),
    alpn: alpnOf(bodies.get(ExtensionType.alpn)),
    supportedVersions: numbersOf(ExtensionType.supportedVersions, 1, 2),
    supportedGroups: numbersOf(ExtensionType.supportedGroups, 2, 2),
    keyShares: keySharesOf(bodies.get(ExtensionType.keyShare)),
    signatureAlgorithms: numbersOf(ExtensionType.signatureAlgorithms, 2, 2),
    pointFormats: numbersOf(ExtensionType.pointFormats, 1, 1),
    wantsOcsp: bodies.get(ExtensionType.statusRequest)?.[0] === 1,
  };
}

function serverNameOf(body: Buffer | undefined): string {
  if (body === undefined) return '';
  const list = new Reader(new Reader(body).vector(2));
  while (!list.isAtEnd && !list.isBad) {
    const type = list.uint(1);
    const name = list.vector(2);
    if (type === 0) return name.toString('latin1');
  }
  return '';
}

function alpnOf(body: Buffer | undefined): string[] {
  if (body === undefined) return [];
  const list = new Reader(new Reader(body).vector(2));
  const found: string[] = [];
  while (!list.isAtEnd && !list.isBad) found.push(list.vector(1).toString('latin1'));
  return found;
}

function keySharesOf(body: Buffer | undefined): number[] {
  if (body === undefined) return [];
  const list = new Reader(new Reader(body).vector(2));
  const found: number[] = [];
  while (!list.isAtEnd && !list.isBad) {
    found.push(list.uint(2));
    list.vector(2);
  }
  return found;
}

/** RFC 8701: values that mean nothing and are sent to be ignored. */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}
