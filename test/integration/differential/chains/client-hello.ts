/** What a ClientHello asks for, as far as chains look at it. */
export interface HelloWish {
  readonly serverName?: string;
  readonly alpn?: readonly string[];
  /** Further extensions, by type. */
  readonly extensions?: readonly (readonly [type: number, body: Buffer])[];
  readonly ciphers?: readonly number[];
}

function withLength(bytes: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(bytes);
  length.writeUIntBE(body.length, 0, bytes);
  return Buffer.concat([length, body]);
}

function short(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([short(type), withLength(2, body)]);
}

/** One TLS record with a ClientHello of TLS 1.2 (RFC 5246 section 7.4.1.2). */
export function clientHello({ serverName, alpn, extensions = [], ciphers = [0xc02b] }: HelloWish): Buffer {
  const asked: Buffer[] = [];
  if (serverName !== undefined)
    asked.push(extension(0, withLength(2, Buffer.from([0]), withLength(2, Buffer.from(serverName)))));
  if (alpn !== undefined)
    asked.push(extension(16, withLength(2, ...alpn.map((it) => withLength(1, Buffer.from(it))))));
  asked.push(...extensions.map(([type, body]) => extension(type, body)));
  const hello = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    withLength(1),
    withLength(2, ...ciphers.map(short)),
    withLength(1, Buffer.from([0])),
    withLength(2, ...asked),
  ]);
  return Buffer.concat([Buffer.from([22, 3, 1]), withLength(2, Buffer.from([1]), withLength(3, hello))]);
}
