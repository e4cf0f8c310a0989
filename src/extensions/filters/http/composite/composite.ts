import type { ConfigNode } from '../../../../api/config-node.js';
import type { HttpFilterFactory } from '../../../../api/http-filter.js';
import { statBlock } from '../../../../api/stats.js';
import { type MatcherConfig, parseMatcher } from '../../../../match/tree/config.js';
import { type MatchedActionConfig, parseMatchedAction } from '../matched-actions.js';
import { MatchedFilter } from '../matched-filter.js';
import { buildActions } from '../matched-makers.js';
import { RouteOverride } from '../route-override.js';

/** `envoy.extensions.filters.http.composite.v3.Composite`, and `CompositePerRoute`. */
export type CompositeConfig = {
  /** Null: a match delegate around this filter decides. */
  readonly matcher: MatcherConfig<MatchedActionConfig> | null;
};

/** `http.<stat_prefix>.composite.` */
const X = statBlock({ counters: ['filter_delegation_error', 'filter_delegation_success'] });

/** A place in the chain that takes the filter which a matcher tree chooses, and is empty without one. */
export const compositeFilter: HttpFilterFactory<CompositeConfig, CompositeConfig> = {
  name: 'envoy.filters.http.composite',
  typeUrl: 'envoy.extensions.filters.http.composite.v3.Composite',
  routeTypeUrl: 'envoy.extensions.filters.http.composite.v3.CompositePerRoute',
  parse(node) {
    node.unsupported('named_filter_chains', 'one filter is executed, not a chain');
    return parseTree(node);
  },
  parseRoute: parseTree,
  build({ matcher }, scope) {
    const stats = scope.stats.bind(`${scope.statPrefix}.composite`, X);
    const onExecuted = (): void => stats.inc(X.filter_delegation_success);
    const trees = new RouteOverride(buildActions(matcher, scope, onExecuted), (onRoute: CompositeConfig) =>
      buildActions(onRoute.matcher, scope, onExecuted),
    );
    return (stream) => new MatchedFilter(stream, null, (it) => trees.of(it));
  },
};

function parseTree(node: ConfigNode): CompositeConfig {
  const matcher = node.message('matcher');
  return { matcher: matcher === undefined ? null : parseMatcher(matcher, { action: parseMatchedAction }) };
}
