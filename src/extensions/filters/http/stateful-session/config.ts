import type { ConfigNode, ExtensionConfig } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.http.stateful_session.v3.StatefulSession`. */
export type StatefulSessionConfig = {
  /** Null: requests have no sessions. */
  readonly state: ExtensionConfig | null;
  readonly isStrict: boolean;
  /** Empty: nothing is counted. */
  readonly statPrefix: string;
  readonly missingStatus: number;
};

/** `StatefulSessionPerRoute`; null: sessions are off. */
export type RouteSessionConfig = { readonly session: StatefulSessionConfig | null };

export function parseStatefulSession(node: ConfigNode): StatefulSessionConfig {
  return {
    state: node.extension('session.state', 'session_state') ?? null,
    isStrict: node.bool('strict'),
    statPrefix: node.string('stat_prefix'),
    missingStatus: node.number('status_on_strict_destination_not_found', 0) || 503,
  };
}

export function parseStatefulSessionRoute(node: ConfigNode): RouteSessionConfig {
  node.bool('disabled');
  const session = node.message('stateful_session');
  return { session: session === undefined ? null : parseStatefulSession(session) };
}
