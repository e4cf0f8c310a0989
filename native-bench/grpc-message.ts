/** A message of gRPC as it is framed on the wire: not compressed, its length, its bytes. */
export function grpcMessage(text: string): Buffer {
  const message = Buffer.alloc(5 + Buffer.byteLength(text));
  message.writeUInt32BE(message.length - 5, 1);
  message.write(text, 5);
  return message;
}
