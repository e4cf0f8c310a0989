import type { Chunk } from '../../../../api/codec.js';
import { MessageReader } from '../../../../codec/grpc/message-reader.js';

/** Flag of the message that ends a Connect stream. */
export const endOfStream = 0x02;
/** The last message of a Connect stream says how it ended; one that long is not looked at. */
const limitBytes = 64 * 1024;

/** Reads how a Connect stream ended: its last message is JSON, with an `error` member when the call failed. */
export class ConnectEnd {
  private readonly reader: MessageReader;
  private isReadable: boolean;
  isSuccess: boolean;

  constructor() {
    this.isReadable = true;
    this.isSuccess = false;
    this.reader = new MessageReader(limitBytes, (message, flags) => {
      if ((flags & endOfStream) !== 0) this.isSuccess = !/"error"\s*:/.test(message.toString('utf8'));
    });
  }

  scan(chunk: Chunk): void {
    if (this.isReadable) this.isReadable = this.reader.push(chunk);
  }
}
