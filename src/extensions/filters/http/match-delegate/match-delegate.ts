import type { ConfigNode, ExtensionConfig } from '../../../../api/config-node.js';
import type { HttpFilterFactory } from '../../../../api/http-filter.js';
import { statBlock } from '../../../../api/stats.js';
import { type MatcherConfig, parseMatcher } from '../../../../match/tree/config.js';
import { type MatchedActionConfig, parseMatchedAction } from '../matched-actions.js';
import { MatchedFilter } from '../matched-filter.js';
import { buildActions, buildInner } from '../matched-makers.js';
import { RouteOverride } from '../route-override.js';

/** `envoy.extensions.common.matching.v3.ExtensionWithMatcher`. */
export type MatchDelegateConfig = {
  readonly filter: ExtensionConfig | null;
  readonly matcher: MatcherConfig<MatchedActionConfig> | null;
};

/** `ExtensionWithMatcherPerRoute`. */
export type MatchDelegateRouteConfig = {
  readonly matcher: MatcherConfig<MatchedActionConfig> | null;
};

/** `http.<stat_prefix>.composite.`: filters that were run in the place of the composite filter. */
const X = statBlock({ counters: ['filter_delegation_error', 'filter_delegation_success'] });

/** Leaves a filter out, or puts another in its place, for requests that a matcher tree chooses. */
export const matchDelegateFilter: HttpFilterFactory<MatchDelegateConfig, MatchDelegateRouteConfig> = {
  name: 'envoy.filters.http.match_delegate',
  typeUrl: 'envoy.extensions.common.matching.v3.ExtensionWithMatcher',
  routeTypeUrl: 'envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute',
  parse: parseMatchDelegate,
  parseRoute: parseTree,
  build({ filter, matcher }, scope) {
    const stats = scope.stats.bind(`${scope.statPrefix}.composite`, X);
    const onExecuted = (): void => stats.inc(X.filter_delegation_success);
    const make = filter === null ? null : buildInner(filter, scope);
    const trees = new RouteOverride(
      buildActions(matcher, scope, onExecuted),
      (onRoute: MatchDelegateRouteConfig) => buildActions(onRoute.matcher, scope, onExecuted),
    );
    return (stream) => new MatchedFilter(stream, make, (it) => trees.of(it));
  },
};

function parseMatchDelegate(node: ConfigNode): MatchDelegateConfig {
  const filter = node.extension('http.filter', 'extension_config') ?? null;
  const old = node.message('matcher');
  if (old === undefined || node.has('xds_matcher')) return { filter, ...parseTree(node) };
  return { filter, matcher: parseMatcher(old, { action: parseMatchedAction }) };
}

function parseTree(node: ConfigNode): MatchDelegateRouteConfig {
  const matcher = node.message('xds_matcher');
  return { matcher: matcher === undefined ? null : parseMatcher(matcher, { action: parseMatchedAction }) };
}
