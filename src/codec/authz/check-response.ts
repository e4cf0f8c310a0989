import type { Plain } from '../../base/plain.js';
import { decodeStruct } from '../protobuf/struct.js';
import { WireReader, WireType } from '../protobuf/wire-reader.js';

/** What an authorization service says of a connection: `envoy.service.auth.v3.CheckResponse`. */
export interface TcpVerdict {
  readonly kind: 'ok' | 'denied' | 'error';
  readonly metadata: { readonly [key: string]: Plain };
}

const Field = { status: 1, metadata: 4, error: 5 } as const;

/** Null when the bytes are no answer. */
export function decodeTcpVerdict(bytes: Buffer): TcpVerdict | null {
  const reader = new WireReader(bytes);
  let isOk = true;
  let isError = false;
  let metadata: TcpVerdict['metadata'] = {};
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if ((tag & 7) !== WireType.bytes) {
      reader.skip(tag & 7);
      continue;
    }
    const block = reader.block();
    if (tag >>> 3 === Field.status) isOk = statusCode(block) === 0;
    else if (tag >>> 3 === Field.error) isError = true;
    else if (tag >>> 3 === Field.metadata) {
      const fields = decodeStruct(block);
      if (fields === null) return null;
      metadata = fields;
    }
  }
  if (reader.isBroken) return null;
  return { kind: isOk ? 'ok' : isError ? 'error' : 'denied', metadata };
}

/** Of a `google.rpc.Status`; -1 when it is broken, which is no success. */
function statusCode(bytes: Buffer): number {
  const reader = new WireReader(bytes);
  let code = 0;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === 1 * 8 + WireType.varint) code = Number(BigInt.asIntN(32, reader.varint()));
    else reader.skip(tag & 7);
  }
  return reader.isBroken ? -1 : code;
}
