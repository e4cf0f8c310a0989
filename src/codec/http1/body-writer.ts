import type { Chunk, CodecOutput } from '../../api/codec.js';
import type { HeaderMap } from '../../base/header-map.js';
import { encodeTrailers, lastChunk, type NameCase } from './encoder.js';
import type { Framing } from './framing.js';

/** Puts body bytes on the wire as the head announced them; the same for requests and responses. */
export class BodyWriter {
  private readonly output: CodecOutput;
  private readonly nameCase: NameCase;
  private framing: Framing;

  constructor(output: CodecOutput, nameCase: NameCase) {
    this.output = output;
    this.nameCase = nameCase;
    this.framing = 'none';
  }

  begin(framing: Framing): void {
    this.framing = framing;
  }

  write(chunk: Chunk, endStream: boolean, trailers: HeaderMap | null): void {
    const { output } = this;
    const length = chunk.end - chunk.start;
    if (this.framing !== 'chunked') {
      if (length > 0) output.writeBytes(chunk.buffer, chunk.start, chunk.end);
      return;
    }
    if (length > 0) {
      output.writeText(`${length.toString(16)}\r\n`);
      output.writeBytes(chunk.buffer, chunk.start, chunk.end);
      output.writeText('\r\n');
    }
    if (!endStream) return;
    output.writeText(trailers === null ? lastChunk : `0\r\n${encodeTrailers(trailers, this.nameCase)}\r\n`);
  }
}
