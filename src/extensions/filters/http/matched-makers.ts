import type { ExtensionConfig } from '../../../api/config-node.js';
import type { HttpFilterContext, HttpFilterFactory, HttpFilterMaker } from '../../../api/http-filter.js';
import type { MatcherConfig } from '../../../match/tree/config.js';
import { buildMatcher, type Matcher } from '../../../match/tree/matcher.js';
import type { MatchedActionConfig } from './matched-actions.js';
import type { MatchedAction } from './matched-filter.js';

/** Builds a filter that is part of another's configuration. */
export function buildInner(filter: ExtensionConfig, scope: HttpFilterContext): HttpFilterMaker {
  const factory = scope.extensions.find('http.filter', filter.typeUrl);
  if (factory === undefined) throw new Error(`no filter of type ${filter.typeUrl}`);
  return (factory as HttpFilterFactory).build(filter.config, scope);
}

/** Builds a tree whose actions are ready to be taken; `onExecuted` is told of each filter that is run. */
export function buildActions(
  config: MatcherConfig<MatchedActionConfig> | null,
  scope: HttpFilterContext,
  onExecuted: () => void,
): Matcher<MatchedAction> | null {
  if (config === null) return null;
  const make = (action: MatchedActionConfig): MatchedAction => {
    if (action.kind === 'skip') return action;
    const maker = buildInner(action.filter, scope);
    const { sample } = action;
    return {
      kind: 'execute',
      make: (stream) => {
        onExecuted();
        return maker(stream);
      },
      isSampled: () => sample === null || scope.runtime.sampled(sample, scope.random.u32()),
    };
  };
  return buildMatcher(config, make, scope.runtime);
}
