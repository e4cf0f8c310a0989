import type { Field } from './verdict.js';

/** The path with parameters of its query set and removed; as they are, sorted by their keys, as Envoy prints them. */
export function changeQuery(path: string, set: readonly Field[], remove: readonly string[]): string {
  const mark = path.indexOf('?');
  const bare = mark < 0 ? path : path.slice(0, mark);
  const query = mark < 0 ? '' : path.slice(mark + 1);
  let parameters = query === '' ? [] : query.split('&').map(parameterOf);
  for (const [key, value] of set) {
    const first = parameters.findIndex((it) => it[0] === key);
    if (first < 0) parameters.push([key, value]);
    else
      parameters = parameters.flatMap((it, i) => (it[0] !== key ? [it] : i === first ? [[key, value]] : []));
  }
  const kept = parameters
    .filter(([key]) => !remove.includes(key))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return kept.length === 0 ? bare : `${bare}?${kept.map(([key, value]) => `${key}=${value}`).join('&')}`;
}

function parameterOf(text: string): Field {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}
