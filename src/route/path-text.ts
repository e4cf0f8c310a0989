/** Where the path ends and query or fragment begin. */
export function pathEnd(path: string): number {
  const question = path.indexOf('?');
  const hash = path.indexOf('#');
  if (question < 0) return hash < 0 ? path.length : hash;
  return hash < 0 || question < hash ? question : hash;
}

/** Drops the parameters (`;x=1`) of every segment before the query (RFC 3986 section 3.3). */
export function withoutPathParameters(path: string): string {
  if (!path.includes(';')) return path;
  const end = pathEnd(path);
  return path.slice(0, end).replace(/;[^/]*/g, '') + path.slice(end);
}
