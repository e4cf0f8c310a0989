import type { FractionConfig } from '../../../../api/config-node.js';
import { buildStringMatcher, type StringPredicate } from '../../../../match/string-matcher.js';
import type { CorsPolicyConfig } from '../../../../route/cors-policy.js';

/** The policies of all levels of a route as one: for each field the most specific level that sets it decides. */
export class CorsPolicy {
  readonly methods: string;
  readonly headers: string;
  readonly exposed: string;
  readonly maxAge: string;
  readonly allowsCredentials: boolean;
  readonly allowsPrivateNetwork: boolean;
  readonly forwardsForeignPreflights: boolean;
  /** Of the most specific level alone. */
  readonly enabled: FractionConfig;
  readonly shadow: FractionConfig | null;
  private readonly origins: readonly StringPredicate[];

  /** `levels` are most specific first, and not empty. */
  constructor(levels: readonly CorsPolicyConfig[]) {
    const first = levels[0] as CorsPolicyConfig;
    const text = (field: 'methods' | 'headers' | 'exposed' | 'maxAge'): string =>
      levels.find((level) => level[field] !== '')?.[field] ?? '';
    const flag = (
      field: 'allowsCredentials' | 'allowsPrivateNetwork' | 'forwardsForeignPreflights',
      fallback: boolean,
    ): boolean => levels.find((level) => level[field] !== null)?.[field] ?? fallback;
    this.methods = text('methods');
    this.headers = text('headers');
    this.exposed = text('exposed');
    this.maxAge = text('maxAge');
    this.allowsCredentials = flag('allowsCredentials', false);
    this.allowsPrivateNetwork = flag('allowsPrivateNetwork', false);
    this.forwardsForeignPreflights = flag('forwardsForeignPreflights', true);
    this.enabled = first.enabled;
    this.shadow = first.shadow;
    const origins = levels.find((level) => level.origins.length > 0)?.origins ?? [];
    this.origins = origins.map((matcher) => {
      const accepts = buildStringMatcher(matcher);
      // A matcher that accepts an asterisk stands for every origin.
      return accepts('*') ? () => true : accepts;
    });
  }

  allows(origin: string): boolean {
    for (let i = 0; i < this.origins.length; i++)
      if ((this.origins[i] as StringPredicate)(origin)) return true;
    return false;
  }
}
