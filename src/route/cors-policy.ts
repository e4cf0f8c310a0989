import type { ConfigNode, FractionConfig } from '../api/config-node.js';
import { parseStringMatcher, type StringMatcherConfig } from '../match/string-matcher.js';

/** A `CorsPolicy`, of a filter's route configuration or of the old fields of route and virtual host. */
export type CorsPolicyConfig = {
  readonly origins: readonly StringMatcherConfig[];
  readonly methods: string;
  readonly headers: string;
  readonly exposed: string;
  readonly maxAge: string;
  /** Null where nothing was said: a less specific level decides. */
  readonly allowsCredentials: boolean | null;
  readonly allowsPrivateNetwork: boolean | null;
  readonly forwardsForeignPreflights: boolean | null;
  readonly enabled: FractionConfig;
  /** Null: no shadow. */
  readonly shadow: FractionConfig | null;
};

const always: FractionConfig = { numerator: 100, denominator: 100, runtimeKey: '' };

/** Reads a policy; the filter's own message and `route.v3.CorsPolicy` have the same fields. */
export function parseCorsPolicy(node: ConfigNode): CorsPolicyConfig {
  return {
    origins: node.list('allow_origin_string_match').map(parseStringMatcher),
    methods: node.string('allow_methods'),
    headers: node.string('allow_headers'),
    exposed: node.string('expose_headers'),
    maxAge: node.string('max_age'),
    allowsCredentials: node.optionalBool('allow_credentials') ?? null,
    allowsPrivateNetwork: node.optionalBool('allow_private_network_access') ?? null,
    forwardsForeignPreflights: node.optionalBool('forward_not_matching_preflights') ?? null,
    enabled: node.fraction('filter_enabled', always),
    shadow: node.has('shadow_enabled')
      ? node.fraction('shadow_enabled', { numerator: 0, denominator: 100, runtimeKey: '' })
      : null,
  };
}
