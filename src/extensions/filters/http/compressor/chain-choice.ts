import type { StreamInfo } from '../../../../api/stream-info.js';
import type { ResponseHeaders } from '../../../../base/header-map.js';
import { type CodingChoice, chooseCoding, type OfferedCoding } from './accept-encoding.js';

/** A compressor as the others of its chain see it. */
export interface ChainCompressor extends OfferedCoding {
  takes(headers: ResponseHeaders): boolean;
}

const choices = new WeakMap<StreamInfo, ChainChoice>();

/** What the compressors of one chain make of one request: they choose together, once. */
export class ChainChoice {
  private readonly acceptEncoding: string;
  private readonly compressors: ChainCompressor[];
  private choice: CodingChoice | null;

  constructor(acceptEncoding: string) {
    this.acceptEncoding = acceptEncoding;
    this.compressors = [];
    this.choice = null;
  }

  /** The stream's choice with this compressor in it; the first one brings the request's header. */
  static join(info: StreamInfo, compressor: ChainCompressor, acceptEncoding: string): ChainChoice {
    let choice = choices.get(info);
    if (choice === undefined) {
      choice = new ChainChoice(acceptEncoding);
      choices.set(info, choice);
    }
    choice.compressors.push(compressor);
    return choice;
  }

  /** What is chosen for that response. */
  of(headers: ResponseHeaders): CodingChoice {
    if (this.choice === null) {
      const offered = this.compressors.filter((compressor) => compressor.takes(headers));
      this.choice = chooseCoding(this.acceptEncoding, offered);
    }
    return this.choice;
  }
}
