import type { Plain } from '../../../../src/base/plain.js';
import { type Fields, filter as longFilter, typed as longTyped } from './filter-family.js';

const extensions = 'envoy.extensions.filters.http';

/** A filter of a chain, by the last part of its name and of its type. */
export function filter(name: string, type: string, fields: Fields = {}): Fields {
  return longFilter(`envoy.filters.http.${name}`, `${extensions}.${type}`, fields);
}

/** A message of the HTTP filters, `buffer.v3.BufferPerRoute`. */
export function typed(type: string, fields: Fields = {}): Fields {
  return longTyped(`${extensions}.${type}`, fields);
}

/** A route by prefix to the origin, with configuration of filters by the last parts of their names. */
export function routeTo(
  prefix: string,
  filters: { readonly [name: string]: Plain } = {},
  rest: Fields = {},
): Fields {
  const configs = Object.entries(filters).map(([name, config]) => [`envoy.filters.http.${name}`, config]);
  return {
    match: { prefix },
    route: { cluster: 'main' },
    ...(configs.length === 0 ? {} : { typed_per_filter_config: Object.fromEntries(configs) }),
    ...rest,
  };
}
