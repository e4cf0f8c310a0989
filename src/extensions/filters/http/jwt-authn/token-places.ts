import type { RequestHeaders } from '../../../../base/header-map.js';
import { cookieValue } from '../../../../match/cookie-matcher.js';
import { queryParameter } from '../../../../match/query-matcher.js';
import type { TokenPlaceConfig } from './config.js';

/** A token as a request brought it. */
export interface FoundToken {
  readonly text: string;
  readonly place: TokenPlaceConfig;
}

/** Every token of those places, in order. */
export function findTokens(headers: RequestHeaders, places: readonly TokenPlaceConfig[]): FoundToken[] {
  const found: FoundToken[] = [];
  for (const place of places) {
    const text = textAt(headers, place);
    if (text !== undefined) found.push({ text, place });
  }
  return found;
}

function textAt(headers: RequestHeaders, place: TokenPlaceConfig): string | undefined {
  switch (place.kind) {
    case 'header': {
      const value = headers.joined(place.name);
      if (value === undefined) return undefined;
      if (place.prefix === '') return value;
      const at = value.indexOf(place.prefix);
      return at < 0 ? undefined : tokenIn(value.slice(at + place.prefix.length));
    }
    case 'query':
      return queryParameter(headers.path, place.name);
    case 'cookie':
      return cookieValue(headers, place.name);
  }
}

/** What stands behind a prefix, from the first character on that a token can have. */
function tokenIn(text: string): string {
  const start = text.search(/[A-Za-z0-9_.-]/);
  return start < 0 ? text : text.slice(start);
}

/** Takes a token out of the request, so that the upstream does not see it; cookies stay. */
export function removeToken(headers: RequestHeaders, { place }: FoundToken): void {
  if (place.kind === 'header') headers.remove(place.name);
  if (place.kind !== 'query') return;
  const question = headers.path.indexOf('?');
  if (question < 0) return;
  const kept = headers.path
    .slice(question + 1)
    .split('&')
    .filter((pair) => pair !== place.name && !pair.startsWith(`${place.name}=`));
  const path = headers.path.slice(0, question);
  headers.path = kept.length === 0 ? path : `${path}?${kept.join('&')}`;
}
