/** Bytes before each message: a byte of flags and the length of the message, big-endian. */
export const prefixLength = 5;

/** Flags of a message. */
export const MessageFlag = {
  compressed: 0x01,
  /** gRPC-Web alone: the message is a block of trailers. */
  trailers: 0x80,
} as const;

/** The prefix of a message of that length. */
export function messagePrefix(length: number, flags = 0): Buffer {
  const prefix = Buffer.alloc(prefixLength);
  prefix[0] = flags;
  prefix.writeUInt32BE(length, 1);
  return prefix;
}

/** A message behind its prefix. */
export function framedMessage(message: Uint8Array, flags = 0): Buffer {
  return Buffer.concat([messagePrefix(message.byteLength, flags), message]);
}
