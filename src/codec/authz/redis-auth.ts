import { WireReader, WireType } from '../protobuf/wire-reader.js';
import { WireWriter } from '../protobuf/wire-writer.js';

/** What a service says of a Redis client: `envoy.service.redis_auth.v3.RedisProxyExternalAuthResponse`. */
export interface RedisAuthVerdict {
  readonly kind: 'ok' | 'denied' | 'error';
  /** Why; empty when the service does not say. */
  readonly message: string;
  /** Seconds since 1970 until when it holds; 0 where none is named. */
  readonly expiresAtSeconds: number;
}

const permissionDenied = 7;
const unauthenticated = 16;

/** `RedisProxyExternalAuthRequest`. Texts hold one character per byte. */
export function encodeRedisAuthRequest(username: string, password: string): Buffer {
  const request = new WireWriter();
  if (username !== '') request.block(1, Buffer.from(username, 'latin1'));
  if (password !== '') request.block(2, Buffer.from(password, 'latin1'));
  return request.finish();
}

/** Null when the bytes are no answer. */
export function decodeRedisAuthResponse(bytes: Buffer): RedisAuthVerdict | null {
  const reader = new WireReader(bytes);
  let code: number | null = 0;
  let expiresAtSeconds: number | null = 0;
  let message = '';
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if ((tag & 7) !== WireType.bytes) {
      reader.skip(tag & 7);
      continue;
    }
    const block = reader.block();
    if (tag >>> 3 === 1) code = firstNumber(block);
    else if (tag >>> 3 === 2) expiresAtSeconds = firstNumber(block);
    else if (tag >>> 3 === 3) message = block.toString('latin1');
  }
  if (reader.isBroken || code === null || expiresAtSeconds === null) return null;
  return { kind: kindOf(code), message, expiresAtSeconds };
}

function kindOf(code: number): RedisAuthVerdict['kind'] {
  if (code === 0) return 'ok';
  return code === permissionDenied || code === unauthenticated ? 'denied' : 'error';
}

/** The first field of a message, which is the code of a Status and the seconds of a Timestamp; null when it is broken. */
function firstNumber(bytes: Buffer): number | null {
  const reader = new WireReader(bytes);
  let value = 0n;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === 1 * 8 + WireType.varint) value = BigInt.asIntN(64, reader.varint());
    else reader.skip(tag & 7);
  }
  return reader.isBroken ? null : Number(value);
}
