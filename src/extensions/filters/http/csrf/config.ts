import type { ConfigNode, FractionConfig } from '../../../../api/config-node.js';
import { parseStringMatcher, type StringMatcherConfig } from '../../../../match/string-matcher.js';

/** `envoy.extensions.filters.http.csrf.v3.CsrfPolicy`, of the filter or of a route. */
export type CsrfConfig = {
  readonly enabled: FractionConfig;
  /** Null: no shadow. */
  readonly shadow: FractionConfig | null;
  readonly additionalOrigins: readonly StringMatcherConfig[];
};

const always: FractionConfig = { numerator: 100, denominator: 100, runtimeKey: '' };
const never: FractionConfig = { numerator: 0, denominator: 100, runtimeKey: '' };

export function parseCsrf(node: ConfigNode): CsrfConfig {
  return {
    enabled: node.fraction('filter_enabled', always),
    shadow: node.has('shadow_enabled') ? node.fraction('shadow_enabled', never) : null,
    additionalOrigins: node.list('additional_origins').map(parseStringMatcher),
  };
}
