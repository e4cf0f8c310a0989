const headEnd = Buffer.from('\r\n\r\n');

/**
 * Finds the ends of HTTP/1.1 responses on a keep-alive connection, as far as a load generator needs it: heads of
 * any size, bodies by content-length or chunked by their last chunk. Counts; it does not check.
 */
export class ResponseReader {
  /** Responses complete so far. */
  completed: number;
  /** Of those, the ones whose status was not 2xx. */
  failed: number;
  private pending: Buffer | null;
  private bodyLeft: number;

  constructor() {
    this.completed = 0;
    this.failed = 0;
    this.pending = null;
    this.bodyLeft = 0;
  }

  /** Takes the next bytes; answers how many responses they completed. */
  take(bytes: Buffer): number {
    const before = this.completed;
    let rest = bytes;
    if (this.bodyLeft > 0) {
      const eaten = Math.min(this.bodyLeft, rest.length);
      this.bodyLeft -= eaten;
      if (this.bodyLeft > 0) return 0;
      this.completed++;
      rest = rest.subarray(eaten);
    }
    if (this.pending !== null) rest = Buffer.concat([this.pending, rest]);
    this.pending = null;
    while (rest.length > 0) {
      const used = this.takeResponse(rest);
      if (used === 0) {
        this.pending = Buffer.from(rest);
        break;
      }
      rest = rest.subarray(used);
    }
    return this.completed - before;
  }

  /** Bytes of the response at the start of `bytes`; 0 when its head, or its chunked body, is not complete. */
  private takeResponse(bytes: Buffer): number {
    const end = bytes.indexOf(headEnd);
    if (end < 0) return 0;
    const head = bytes.latin1Slice(0, end + 2);
    const bodyStart = end + headEnd.length;
    let bodyLength = contentLength(head);
    if (bodyLength < 0) {
      const last = bytes.indexOf('0\r\n\r\n', bodyStart - 2, 'latin1');
      if (last < 0) return 0;
      bodyLength = last + 5 - bodyStart;
    }
    if (head.charCodeAt(9) !== 0x32) this.failed++;
    const there = bytes.length - bodyStart;
    if (there >= bodyLength) {
      this.completed++;
      return bodyStart + bodyLength;
    }
    this.bodyLeft = bodyLength - there;
    return bytes.length;
  }
}

/** The content-length of a head, or -1 when the body is chunked. */
function contentLength(head: string): number {
  const found = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (found !== null) return Number(found[1]);
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? -1 : 0;
}
