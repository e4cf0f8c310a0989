/** Fields of packets, as ZooKeeper writes them. */
export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

export function bool(value: boolean): Buffer {
  return Buffer.from([value ? 1 : 0]);
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int(bytes.length), bytes]);
}

export function list(items: readonly Buffer[]): Buffer {
  return Buffer.concat([int(items.length), ...items]);
}

/** Fields behind their length. */
export function packet(...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  return Buffer.concat([int(body.length), body]);
}

export const anyone = list([Buffer.concat([int(31), text('world'), text('anyone')])]);

export function connect(readOnly?: boolean): Buffer {
  const ending = readOnly === undefined ? [] : [bool(readOnly)];
  return packet(int(0), long(0n), int(10_000), long(0n), text('0123456789abcdef'), ...ending);
}

export function connectAnswer(readOnly?: boolean): Buffer {
  const ending = readOnly === undefined ? [] : [bool(readOnly)];
  return packet(int(0), int(10_000), long(77n), text('0123456789abcdef'), ...ending);
}

export function request(xid: number, opCode: number, ...fields: readonly Buffer[]): Buffer {
  return packet(int(xid), int(opCode), ...fields);
}

export function answer(xid: number, error = 0, ...fields: readonly Buffer[]): Buffer {
  return packet(int(xid), long(1000n), int(error), ...fields);
}

/** An operation inside a transaction, or its end. */
export function part(opCode: number, isDone: boolean, ...fields: readonly Buffer[]): Buffer {
  return Buffer.concat([int(opCode), bool(isDone), int(-1), ...fields]);
}
