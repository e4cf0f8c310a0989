/** What the first bytes of a connection are; `more` while that is open. */
export type HttpDetection = 'http/1.0' | 'http/1.1' | 'h2c' | 'none' | 'more';

/** RFC 9113 section 3.4. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Other methods are not taken for HTTP: any word would be one. */
const methods: readonly string[] = (
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH ACL BIND CHECKOUT COPY LINK LOCK M-SEARCH MERGE MKACTIVITY ' +
  'MKCALENDAR MKCOL MOVE NOTIFY PROPFIND PROPPATCH PURGE REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND UNLINK UNLOCK ' +
  'UNSUBSCRIBE'
).split(' ');

/** RFC 9112 section 3; a line without a version is HTTP/0.9 and counts as 1.0, as any version but 1.1 does. */
const requestLine = /^[A-Z-]+ [^\x00-\x20\x7f]+(?: HTTP\/(\d)\.(\d))?\r?$/;

/** Looks at the first `length` bytes. */
export function detectHttp(bytes: Buffer, length: number): HttpDetection {
  if (length === 0) return 'more';
  const compared = Math.min(length, preface.length);
  if (preface.compare(bytes, 0, compared, 0, compared) === 0)
    return length >= preface.length ? 'h2c' : 'more';
  if (!mayStartWithMethod(bytes, length)) return 'none';
  const lineEnd = bytes.indexOf(0x0a);
  if (lineEnd < 0 || lineEnd >= length) return 'more';
  const found = requestLine.exec(bytes.latin1Slice(0, lineEnd));
  if (found === null) return 'none';
  return found[1] === '1' && found[2] === '1' ? 'http/1.1' : 'http/1.0';
}

function mayStartWithMethod(bytes: Buffer, length: number): boolean {
  const start = bytes.latin1Slice(0, Math.min(length, 12));
  const space = start.indexOf(' ');
  if (space >= 0) return methods.includes(start.slice(0, space));
  return methods.some((method) => method.startsWith(start));
}
