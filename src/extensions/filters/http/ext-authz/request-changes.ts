import type { RequestHeaders } from '../../../../base/header-map.js';
import { isToken, safeText } from '../../../../codec/http1/field-safety.js';
import { changeQuery } from './query-changes.js';
import type { Changes, Field } from './verdict.js';

/** Whether everything that a service wants to change may stand on the wire. */
export function areValid({ set, append, add, toClient, remove, setQuery, removeQuery }: Changes): boolean {
  return (
    [...set, ...append, ...add].every(isFit) &&
    toClient.every(({ name, value }) => isFit([name, value])) &&
    remove.every(isName) &&
    setQuery.every(([key, value]) => isEncoded(key) && isEncoded(value)) &&
    removeQuery.every(isEncoded)
  );
}

const encoded = /^(?:[\w.~!*'();:@$,/?-]|%[0-9a-fA-F]{2})*$/;

function isEncoded(text: string): boolean {
  return encoded.test(text);
}

function isName(name: string): boolean {
  return isToken(name.startsWith(':') ? name.slice(1) : name);
}

function isFit([name, value]: Field): boolean {
  return isName(name) && safeText(value) !== null;
}

/** The name or value of a header that no request could be sent with; null where there is none. */
export function unfitHeader({ set, add }: Changes): string | null {
  for (const field of [...set, ...add]) {
    if (!isName(field[0])) return `invalid header name: ${field[0]}`;
    if (!isFit(field)) return `invalid header value for: ${field[0]}`;
  }
  return null;
}

/**
 * Changes the request as the service wants it, as far as the rules let it; what may not stand on the wire is left out.
 * Answers whether the rules were kept.
 */
export function changeRequest(
  headers: RequestHeaders,
  { set, append, add, remove, setQuery, removeQuery }: Changes,
  mayChange: ((name: string) => boolean) | null,
): boolean {
  let isBroken = false;
  const may = (name: string): boolean => {
    if (mayChange === null || mayChange(name)) return true;
    isBroken = true;
    return false;
  };
  for (const field of set) if (may(field[0]) && isFit(field)) setField(headers, field);
  for (const field of add) if (may(field[0]) && isFit(field)) headers.add(field[0], field[1]);
  for (const field of append) {
    const present = headers.joined(field[0]);
    if (present === undefined || !may(field[0]) || !isFit(field)) continue;
    headers.set(field[0], `${present},${field[1]}`);
  }
  for (const name of remove) {
    if (name.startsWith(':') || name === 'host' || !may(name)) continue;
    headers.remove(name);
  }
  if (setQuery.length + removeQuery.length > 0)
    headers.path = changeQuery(headers.path, setQuery, removeQuery);
  return !isBroken;
}

function setField(headers: RequestHeaders, [name, value]: Field): void {
  switch (name) {
    case ':method':
      headers.method = value;
      break;
    case ':path':
      headers.path = value;
      break;
    case ':scheme':
      headers.scheme = value;
      break;
    case ':authority':
    case 'host':
      headers.authority = value;
      break;
    default:
      if (!name.startsWith(':')) headers.replace(name, value);
  }
}
