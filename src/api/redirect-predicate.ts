import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';

/** A redirect that the proxy is about to follow. */
export interface RedirectTarget {
  /** Names of the routes; empty for one without. */
  readonly fromRoute: string;
  readonly toRoute: string;
  readonly fromHttps: boolean;
  readonly toHttps: boolean;
  /** Lives as long as the request, over all of its redirects; keys of predicates begin `envoy.internal_redirect.`. */
  readonly state: Map<string, unknown>;
}

/** Says whether an internal redirect may be followed. */
export interface RedirectPredicate<C extends Plain = Plain> extends Extension<C> {
  accepts(config: C, target: RedirectTarget): boolean;
}

export function isRedirectPredicate(extension: Extension): extension is RedirectPredicate {
  return 'accepts' in extension;
}
