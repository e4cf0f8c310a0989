/** What the first bytes of a connection are; `more` while that is open. */
export type HttpDetection = 'http/1.0' | 'http/1.1' | 'h2c' | 'none' | 'more';

/** RFC 9113 section 3.4. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Any token may be a method (RFC 9110 section 9.1), as in Envoy. */
const startsToken = /^[!#$%&'*+.^`|~\w-]/;

/**
 * A request line as Envoy's parser takes it, without what is blank behind it: control characters are blanks, and there may
 * be several. A line without a version is HTTP/0.9.
 */
const requestLine = /^([!#$%&'*+.^`|~\w-]+)[\x00-\x20]+([^\x00-\x20]+)(?:[\x00-\x20]+HTTP\/(\d)\.(\d))?$/;

const path = /^[/*][!-~]*$/;
const host = "(?:@?[\\w!$%&'()*+,\\-.:;=[\\]~])*@?";
const authority = new RegExp(`^${host}(?:[/?][!-~]*)?$`);
const absolute = new RegExp(`^[a-z][a-z\\d+.-]*://${host}(?:[/?][!-~]*)?$`, 'i');

/** Looks at the first `length` bytes. */
export function detectHttp(bytes: Buffer, length: number): HttpDetection {
  if (length === 0) return 'more';
  const compared = Math.min(length, preface.length);
  if (preface.compare(bytes, 0, compared, 0, compared) === 0)
    return length >= preface.length ? 'h2c' : 'more';
  if (!startsToken.test(bytes.latin1Slice(0, 1))) return 'none';
  let lineEnd = bytes.indexOf(0x0a);
  if (lineEnd < 0 || lineEnd >= length) return 'more';
  while (lineEnd > 0 && (bytes[lineEnd - 1] as number) <= 0x20) lineEnd--;
  const found = requestLine.exec(bytes.latin1Slice(0, lineEnd));
  if (found === null || !isTarget(found[1] ?? '', found[2] ?? '')) return 'none';
  return found[3] === '1' && found[4] === '1' ? 'http/1.1' : 'http/1.0';
}

function isTarget(method: string, target: string): boolean {
  return path.test(target) || (method === 'CONNECT' ? authority : absolute).test(target);
}
