import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';
import { originText } from '../match/places.js';

/** One entry of `http_filters`. */
export type FilterEntry = ExtensionConfig & {
  /** Left out until a route has configuration for it. */
  readonly isDisabled: boolean;
};

/** Reads a chain of HTTP filters; the terminal one comes last, and only there. */
export function parseFilterChain(node: ConfigNode, field: string): readonly FilterEntry[] {
  const filters: FilterEntry[] = [];
  const entries = node.list(field);
  for (const [i, entry] of entries.entries()) {
    entry.bool('is_optional');
    const isDisabled = entry.bool('disabled');
    const filter = entry.asExtension('http.filter');
    if (filter === undefined) continue;
    filters.push({ ...filter, isDisabled, origin: originText(entry.origin) });
    checkPlace(entry, filter, i === entries.length - 1, isDisabled);
  }
  return filters;
}

function checkPlace(entry: ConfigNode, filter: ExtensionConfig, isLast: boolean, isDisabled: boolean): void {
  const isTerminal = filter.typeUrl.endsWith('router.v3.Router');
  const { name } = filter;
  if (isTerminal && !isLast) {
    entry.error(
      `Error: terminal filter named ${name} of type ${name} must be the last filter in a http filter chain.`,
    );
  } else if (!isTerminal && isLast) {
    entry.error(
      `Error: non-terminal filter named ${name} of type ${name} is the last filter in a http filter chain.`,
    );
  } else if (isTerminal && isDisabled) {
    entry.error(`Error: the last (terminal) filter (${name}) in the chain cannot be disabled by default.`);
  }
}
