import type { RequestHeaders } from '../../../../base/header-map.js';
import { cookieValue } from '../../../../match/cookie-matcher.js';
import { decodedQueryParameter } from '../../../../match/query-matcher.js';
import type { KeySourceConfig } from './config.js';

const bearer = 'Bearer ';

/** The key that a source has; empty for none. */
export function findKey(headers: RequestHeaders, { kind, name }: KeySourceConfig): string {
  switch (kind) {
    case 'header': {
      const value = headers.get(name) ?? '';
      return value.startsWith(bearer) ? value.slice(bearer.length) : value;
    }
    case 'query':
      return decodedQueryParameter(headers.path, name) ?? '';
    case 'cookie':
      return cookieValue(headers, name) ?? '';
  }
}

/** Takes what a source has out of the request, so that the upstream does not see it. */
export function hideKey(headers: RequestHeaders, { kind, name }: KeySourceConfig): void {
  switch (kind) {
    case 'header':
      headers.remove(name);
      return;
    case 'query':
      headers.path = withoutParameter(headers.path, name);
      return;
    case 'cookie':
      hideCookie(headers, name);
      return;
  }
}

function withoutParameter(path: string, name: string): string {
  const question = path.indexOf('?');
  if (question < 0) return path;
  const kept = path
    .slice(question + 1)
    .split('&')
    .filter((pair) => pair !== name && !pair.startsWith(`${name}=`));
  const start = path.slice(0, question);
  return kept.length === 0 ? start : `${start}?${kept.join('&')}`;
}

/** The other cookies move to the end of the headers, as one field. */
function hideCookie(headers: RequestHeaders, name: string): void {
  const kept = headers
    .getAll('cookie')
    .flatMap((value) => value.split(';'))
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '' && !cookie.startsWith(`${name}=`));
  headers.remove('cookie');
  if (kept.length > 0) headers.add('cookie', kept.join('; '));
}
