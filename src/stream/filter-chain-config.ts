import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';
import type { ExtensionKind } from '../api/extension.js';
import { originText } from '../match/places.js';

/** One entry of `http_filters`. */
export type FilterEntry = ExtensionConfig & {
  /** Left out until a route has configuration for it. */
  readonly isDisabled: boolean;
};

/** What a chain consists of, and what its last filter has to be. */
interface ChainKind {
  readonly extensions: ExtensionKind;
  readonly terminalType: string;
  /** What Envoy calls such a chain. */
  readonly label: string;
  /** Added where the last filter is another one. */
  readonly hint: string;
}

const codecType = 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec';

const requestChain: ChainKind = {
  extensions: 'http.filter',
  terminalType: 'envoy.extensions.filters.http.router.v3.Router',
  label: 'http',
  hint: '',
};
const clusterChain: ChainKind = {
  extensions: 'upstream.http.filter',
  terminalType: codecType,
  label: 'upstream http',
  hint: '',
};
const routerChain: ChainKind = {
  ...clusterChain,
  label: 'router upstream http',
  hint: ' When upstream_http_filters are specified, they must explicitly end with an UpstreamCodec filter.',
};

/** Reads a chain of HTTP filters; the terminal one comes last, and only there. */
export function parseFilterChain(node: ConfigNode, field: string): readonly FilterEntry[] {
  return parseChain(node, field, requestChain);
}

/**
 * Reads the filters of a router's attempts, without the codec that they end with: it is the attempt itself. Null: there
 * are none.
 */
export function parseRouterAttemptFilters(node: ConfigNode, field: string): readonly FilterEntry[] | null {
  const filters = parseChain(node, field, routerChain);
  return filters.length === 0 ? null : filters.slice(0, -1);
}

/** As above, of a cluster, which puts its own in the place of the router's. */
export function parseClusterAttemptFilters(node: ConfigNode, field: string): readonly FilterEntry[] | null {
  const filters = parseChain(node, field, clusterChain);
  if (filters.length === 0) return null;
  if (filters.at(-1)?.typeUrl !== codecType) {
    node.error(`The codec filter is the only valid terminal upstream HTTP filter, use '${codecType}'`, field);
  }
  return filters.slice(0, -1);
}

function parseChain(node: ConfigNode, field: string, kind: ChainKind): readonly FilterEntry[] {
  const filters: FilterEntry[] = [];
  const entries = node.list(field);
  for (const [i, entry] of entries.entries()) {
    entry.bool('is_optional');
    const isDisabled = entry.bool('disabled');
    const filter = entry.asExtension(kind.extensions);
    if (filter === undefined) continue;
    filters.push({ ...filter, isDisabled, origin: originText(entry.origin) });
    checkPlace(entry, filter, i === entries.length - 1, isDisabled, kind);
  }
  return filters;
}

function checkPlace(
  entry: ConfigNode,
  { name, typeUrl }: ExtensionConfig,
  isLast: boolean,
  isDisabled: boolean,
  { terminalType, label, hint }: ChainKind,
): void {
  const isTerminal = typeUrl === terminalType;
  const filter = `filter named ${name} of type ${canonicalName(typeUrl)}`;
  if (isTerminal && !isLast) {
    entry.error(`Error: terminal ${filter} must be the last filter in a ${label} filter chain.`);
  } else if (!isTerminal && isLast) {
    entry.error(`Error: non-terminal ${filter} is the last filter in a ${label} filter chain.${hint}`);
  } else if (isTerminal && isDisabled) {
    entry.error(`Error: the last (terminal) filter (${name}) in the chain cannot be disabled by default.`);
  }
}

/** `envoy.filters.http.buffer` of `envoy.extensions.filters.http.buffer.v3.Buffer`. */
function canonicalName(typeUrl: string): string {
  const found = /^envoy\.extensions\.filters\.http\.(\w+)\./.exec(typeUrl);
  return found === null ? typeUrl : `envoy.filters.http.${found[1]}`;
}
