import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { RedirectView } from '../../../../api/route.js';
import { toByteText } from '../../../../format/byte-text.js';
import { compileSubstitutionFormat } from '../../../../format/substitution-format.js';
import type { Format } from '../../../../format/text-format.js';
import { buildMatcher, type Matcher } from '../../../../match/tree/matcher.js';
import { HeaderRules } from '../../../../route/header-mutations.js';
import { Redirect } from '../../../../route/redirect.js';
import type {
  CustomResponseConfig,
  LocalPolicyConfig,
  PolicyConfig,
  RedirectPolicyConfig,
} from './config.js';

export interface LocalPolicy {
  readonly kind: 'local';
  readonly config: LocalPolicyConfig;
  /** Byte text. */
  readonly body: string;
  readonly format: Format | null;
  readonly headers: HeaderRules;
}

export interface RedirectPolicy {
  readonly kind: 'redirect';
  readonly config: RedirectPolicyConfig;
  readonly redirect: RedirectView | null;
  readonly requestHeaders: HeaderRules;
  readonly responseHeaders: HeaderRules;
}

export type Policy = LocalPolicy | RedirectPolicy;

/** The matcher of one level; null when it has none. */
export function buildPolicies(
  { matcher }: CustomResponseConfig,
  scope: HttpFilterContext,
): Matcher<Policy> | null {
  if (matcher === null) return null;
  const make = (config: PolicyConfig): Policy =>
    config.kind === 'local' ? localPolicy(config) : redirectPolicy(config);
  return buildMatcher(matcher, make, scope.runtime);
}

function localPolicy(config: LocalPolicyConfig): LocalPolicy {
  const { bodyFormat } = config;
  return {
    kind: 'local',
    config,
    body: toByteText(config.body),
    format: bodyFormat === null ? null : compileSubstitutionFormat(bodyFormat),
    headers: new HeaderRules({ remove: [], add: config.headers }),
  };
}

function redirectPolicy(config: RedirectPolicyConfig): RedirectPolicy {
  const anyPath = { kind: 'prefix', value: '/', caseSensitive: true } as const;
  return {
    kind: 'redirect',
    config,
    redirect: config.redirect === null ? null : new Redirect(config.redirect, anyPath),
    requestHeaders: new HeaderRules({ remove: [], add: config.requestHeaders }),
    responseHeaders: new HeaderRules({ remove: [], add: config.responseHeaders }),
  };
}
