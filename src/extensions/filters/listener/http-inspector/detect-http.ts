/** What the first bytes of a connection are; `more` while that is open. */
export type HttpDetection = 'http/1.0' | 'http/1.1' | 'h2c' | 'none' | 'more';

/** RFC 9113 section 3.4. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
/** RFC 9112 section 3: method, target and version with single spaces between them. */
const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) [^ \x00-\x20\x7f]+ HTTP\/1\.([01])\r?$/;
const methodStart = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?: [^\x00-\x1f\x7f]*)?\r?$/;

/** Looks at the first `length` bytes. A recipient skips empty lines before a request line (RFC 9112 section 2.2). */
export function detectHttp(bytes: Buffer, length: number): HttpDetection {
  if (length === 0) return 'more';
  const compared = Math.min(length, preface.length);
  if (preface.compare(bytes, 0, compared, 0, compared) === 0) return length >= preface.length ? 'h2c' : 'more';
  let start = 0;
  while (start < length && (bytes[start] === 0x0d || bytes[start] === 0x0a)) start++;
  if (start === length) return 'more';
  const lineEnd = bytes.indexOf(0x0a, start);
  if (lineEnd < 0 || lineEnd >= length) {
    return methodStart.test(bytes.latin1Slice(start, length)) ? 'more' : 'none';
  }
  const found = requestLine.exec(bytes.latin1Slice(start, lineEnd));
  if (found === null) return 'none';
  return found[2] === '0' ? 'http/1.0' : 'http/1.1';
}
