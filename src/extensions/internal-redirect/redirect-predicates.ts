import type { ConfigNode } from '../../api/config-node.js';
import type { RedirectPredicate } from '../../api/redirect-predicate.js';

/** Only routes of the list may be redirected to. */
export const allowListedRoutes: RedirectPredicate<{ readonly routes: readonly string[] }> = {
  name: 'envoy.internal_redirect_predicates.allow_listed_routes',
  typeUrl: 'envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig',
  parse: (node: ConfigNode) => ({ routes: node.strings('allowed_route_names') }),
  accepts: ({ routes }, { toRoute }) => routes.includes(toRoute),
};

/** No route is redirected to twice from the same one. */
export const previousRoutes: RedirectPredicate = {
  name: 'envoy.internal_redirect_predicates.previous_routes',
  typeUrl: 'envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfig',
  parse: () => ({}),
  accepts: (_, { state, fromRoute, toRoute }) => {
    const key = `envoy.internal_redirect.previous_routes_predicate_state.${fromRoute}`;
    const seen = state.get(key);
    if (!(seen instanceof Set)) {
      state.set(key, new Set([toRoute]));
      return true;
    }
    if (seen.has(toRoute)) return false;
    seen.add(toRoute);
    return true;
  },
};

/** A redirect may lead to https, or stay where it is, but not leave https. */
export const safeCrossScheme: RedirectPredicate = {
  name: 'envoy.internal_redirect_predicates.safe_cross_scheme',
  typeUrl: 'envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig',
  parse: () => ({}),
  accepts: (_, { fromHttps, toHttps }) => fromHttps || !toHttps,
};
