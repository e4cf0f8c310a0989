/**
 * The `CDN-Loop` header (RFC 8586): `#( cdn-id *( OWS ";" OWS parameter ) )`, where an identifier is a host with an
 * optional port, or a pseudonym (a token).
 */
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const ipLiteral = "\\[[0-9A-Za-z:._~!$&'()*+,;=-]+\\]";
const cdnId = `(?:${ipLiteral}|${token})(?::\\d*)?`;
const quoted = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t !-~\\x80-\\xff])*"';
const parameter = `[\\t ]*;[\\t ]*${token}=(?:${token}|${quoted})`;
const wholeId = new RegExp(`^${cdnId}$`);
const element = new RegExp(`[\\t ]*(${cdnId})(?:${parameter})*[\\t ]*(?:,|$)`, 'y');
const emptyElement = /[\t ]*(?:,|$)/y;

export function isCdnId(text: string): boolean {
  return wholeId.test(text);
}

/** How often an identifier is in the header; undefined when it is no list of them. */
export function countCdnId(header: string, id: string): number | undefined {
  let count = 0;
  let at = 0;
  while (at < header.length) {
    element.lastIndex = at;
    const found = element.exec(header);
    if (found !== null) {
      if (found[1] === id) count++;
      at = element.lastIndex;
      continue;
    }
    emptyElement.lastIndex = at;
    if (emptyElement.exec(header) === null) return undefined;
    at = Math.max(emptyElement.lastIndex, at + 1);
  }
  return count;
}
