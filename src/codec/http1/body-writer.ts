import type { Chunk, CodecOutput } from '../../api/codec.js';
import type { HeaderMap } from '../../base/header-map.js';
import type { WireMeter } from '../../base/wire-meter.js';
import { encodeTrailers, lastChunk, type NameCase } from './encoder.js';
import type { Framing } from './framing.js';

/** Puts body bytes on the wire as the head announced them; the same for requests and responses. */
export class BodyWriter {
  private readonly output: CodecOutput;
  private readonly nameCase: NameCase;
  private readonly meter: WireMeter;
  private framing: Framing;

  constructor(output: CodecOutput, nameCase: NameCase, meter: WireMeter) {
    this.output = output;
    this.nameCase = nameCase;
    this.meter = meter;
    this.framing = 'none';
  }

  begin(framing: Framing): void {
    this.framing = framing;
  }

  write(chunk: Chunk, endStream: boolean, trailers: HeaderMap | null): void {
    const { output, meter } = this;
    const length = chunk.end - chunk.start;
    meter.sent += length;
    if (this.framing !== 'chunked') {
      if (length > 0) output.writeBytes(chunk.buffer, chunk.start, chunk.end);
      return;
    }
    if (length > 0) {
      const line = `${length.toString(16)}\r\n`;
      meter.sent += line.length + 2;
      output.writeText(line);
      output.writeBytes(chunk.buffer, chunk.start, chunk.end);
      output.writeText('\r\n');
    }
    if (!endStream) return;
    const last = trailers === null ? lastChunk : `0\r\n${encodeTrailers(trailers, this.nameCase)}\r\n`;
    meter.sent += last.length;
    output.writeText(last);
  }
}
