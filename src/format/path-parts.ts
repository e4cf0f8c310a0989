/** The part of a path before its query. */
export function splitPath(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const question = path.indexOf('?');
  return question < 0 ? path : path.slice(0, question);
}

/** The query without its question mark and without a fragment; undefined when there is none. */
export function queryText(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const question = path.indexOf('?');
  if (question < 0) return undefined;
  const hash = path.indexOf('#', question);
  return hash < 0 ? path.slice(question + 1) : path.slice(question + 1, hash);
}
