/** As much as Envoy reads of an answer. */
const limitBytes = 2000;

const endOfHead = Buffer.from('\r\n\r\n');
const noBytes = Buffer.alloc(0);

/** The request for a way to a host (RFC 9110 section 9.3.6). */
export function connectRequest(authority: string): string {
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;
}

/** Reads a forward proxy's answer to CONNECT, in the pieces that it comes in. */
export class ConnectAnswer {
  private read: Buffer;

  constructor() {
    this.read = noBytes;
  }

  /** What follows the answer; `wait`: there is more to come of it; `refused`: there is no way. */
  take(bytes: Buffer): Buffer | 'wait' | 'refused' {
    this.read = this.read.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.read, bytes]);
    const end = this.read.indexOf(endOfHead);
    if (end < 0 || end + endOfHead.length > limitBytes)
      return this.read.length < limitBytes && end < 0 ? 'wait' : 'refused';
    const isAgreed = /^HTTP\/1\.[01] 200(?: |\r)/.test(this.read.toString('latin1', 0, 16));
    return isAgreed ? this.read.subarray(end + endOfHead.length) : 'refused';
  }
}
