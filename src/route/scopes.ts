import type { ConfigNode } from '../api/config-node.js';
import type { RouteExplanation, Trial } from '../api/explain.js';
import type { RouteInput, RouteMatch, RouteTableView } from '../api/route.js';
import type { RequestHeaders } from '../base/header-map.js';
import type { RouteTableConfig } from './config-types.js';
import { buildRouteTable, type RouteServices } from './table.js';

/** Which part of a header is one fragment of the key. */
export type ScopeFragmentConfig = {
  readonly header: string;
  /** Empty: the value is one element. */
  readonly separator: string;
  readonly part:
    | { readonly kind: 'index'; readonly index: number }
    | { readonly kind: 'key'; readonly separator: string; readonly key: string };
};

/** Route tables of which a key made of the request's headers chooses one. */
export type ScopedRoutesConfig = {
  readonly name: string;
  readonly fragments: readonly ScopeFragmentConfig[];
  readonly scopes: readonly { readonly key: readonly string[]; readonly routes: RouteTableConfig }[];
};

/** Reads `ScopedRoutes`; `parseTable` reads the route configuration of one scope. */
export function parseScopedRoutes(
  node: ConfigNode,
  parseTable: (node: ConfigNode) => RouteTableConfig,
): ScopedRoutesConfig {
  node.unsupported('scoped_rds', 'scopes come with their connection manager');
  node.noEffect('rds_config_source', 'every scope has its route configuration inline');
  const builder = node.message('scope_key_builder');
  const list = node.message('scoped_route_configurations_list');
  return {
    name: node.string('name'),
    fragments: builder?.list('fragments').map(parseFragment) ?? [],
    scopes: list?.list('scoped_route_configurations').flatMap((scope) => parseScope(scope, parseTable)) ?? [],
  };
}

function parseFragment(node: ConfigNode): ScopeFragmentConfig {
  const extractor = node.message('header_value_extractor');
  const separator = extractor?.string('element_separator') ?? '';
  const element = extractor?.message('element');
  if (element !== undefined) {
    const part = { kind: 'key', separator: element.string('separator'), key: element.string('key') } as const;
    return { header: headerOf(extractor), separator, part };
  }
  if (extractor?.has('index') === false) extractor.error('HeaderValueExtractor extract_type not set.');
  const index = extractor?.number('index', 0) ?? 0;
  if (index > 0 && separator === '')
    extractor?.error('Index > 0 for empty string element separator.', 'index');
  return { header: headerOf(extractor), separator, part: { kind: 'index', index } };
}

function headerOf(extractor: ConfigNode | undefined): string {
  return extractor?.string('name').toLowerCase() ?? '';
}

function parseScope(
  node: ConfigNode,
  parseTable: (node: ConfigNode) => RouteTableConfig,
): ScopedRoutesConfig['scopes'] {
  node.string('name');
  node.noEffect('on_demand', 'a scope with its routes inline is there from the start');
  const key = node.message('key')?.list('fragments') ?? [];
  const routes = node.message('route_configuration');
  if (routes === undefined) {
    node.error('You must specify a route_configuration with inline scoped routes.');
    return [];
  }
  return [{ key: key.map((fragment) => fragment.string('string_key')), routes: parseTable(routes) }];
}

export function buildScopedTable(config: ScopedRoutesConfig, services: RouteServices): RouteTableView {
  return new ScopedTable(config, services);
}

/** No header has this in its value. */
const border = '\0';

class ScopedTable implements RouteTableView {
  readonly name: string;
  /** Of all scopes: requests are sanitised before they are told apart. */
  readonly internalOnlyHeaders: readonly string[];
  private readonly fragments: readonly ScopeFragmentConfig[];
  private readonly tables: ReadonlyMap<string, RouteTableView>;

  constructor(config: ScopedRoutesConfig, services: RouteServices) {
    this.name = config.name;
    this.internalOnlyHeaders = [
      ...new Set(config.scopes.flatMap(({ routes }) => routes.internalOnlyHeaders)),
    ];
    this.fragments = config.fragments;
    this.tables = new Map(
      config.scopes.map(({ key, routes }) => [key.join(border), buildRouteTable(routes, services)]),
    );
  }

  find(input: RouteInput): RouteMatch | null {
    const key = this.keyOf(input.headers);
    return key === null ? null : (this.tables.get(key)?.find(input) ?? null);
  }

  explain(input: RouteInput): RouteExplanation {
    const key = this.keyOf(input.headers);
    const scopes = [...this.tables].map(([own, table]) => scopeTrial(own, table.name, key));
    const inner = key === null ? undefined : this.tables.get(key)?.explain(input);
    const { authority } = input.headers;
    const nothing: RouteExplanation = { table: '', authority, virtualHosts: [], matcher: [], routes: [] };
    const found = inner ?? nothing;
    return { ...found, virtualHosts: [...scopes, ...found.virtualHosts] };
  }

  /** Null when the request lacks a fragment. */
  private keyOf(headers: RequestHeaders): string | null {
    let key = '';
    for (let i = 0; i < this.fragments.length; i++) {
      const value = fragmentOf(this.fragments[i] as ScopeFragmentConfig, headers);
      if (value === undefined) return null;
      key = i === 0 ? value : key + border + value;
    }
    return key;
  }
}

function scopeTrial(own: string, table: string, key: string | null): Trial {
  const match = `scope key ${own.replaceAll(border, ', ')}`;
  const isChosen = own === key;
  const got = key === null ? 'a fragment of the key is absent' : key.replaceAll(border, ', ');
  const failed = isChosen ? null : { condition: match, got };
  return { name: table, match, origin: '', verdict: isChosen ? 'chosen' : 'failed', failed };
}

/** Undefined when the request lacks it: then it belongs to no scope. Only the first field of a name is looked at. */
function fragmentOf(
  { header, separator, part }: ScopeFragmentConfig,
  headers: RequestHeaders,
): string | undefined {
  const value = headers.get(header);
  if (value === undefined) return undefined;
  const elements = separator === '' ? [value] : value.split(separator);
  if (part.kind === 'index') return elements[part.index];
  for (const element of elements) {
    const end = element.indexOf(part.separator);
    if ((end < 0 ? element : element.slice(0, end)) === part.key)
      return end < 0 ? '' : element.slice(end + part.separator.length);
  }
  return undefined;
}
