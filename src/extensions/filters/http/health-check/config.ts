import type { ConfigNode } from '../../../../api/config-node.js';
import { type HeaderMatcherConfig, parseHeaderMatchers } from '../../../../match/header-matcher.js';

/** `envoy.extensions.filters.http.health_check.v3.HealthCheck`. */
export type HealthCheckConfig = {
  readonly passesThrough: boolean;
  /** 0: answers are not kept. */
  readonly cacheMs: number;
  readonly clusters: readonly { readonly name: string; readonly minHealthyPercent: number }[];
  readonly headers: readonly HeaderMatcherConfig[];
  /** Where it stands in the configuration: workers share the kept answer by this name. */
  readonly place: string;
};

export function parseHealthCheck(node: ConfigNode): HealthCheckConfig {
  const passesThrough = node.bool('pass_through_mode');
  const cacheMs = node.duration('cache_time', 0);
  if (!passesThrough && cacheMs > 0) {
    node.error('cache_time_ms must not be set when path_through_mode is disabled', 'cache_time');
  }
  const percentages = node.map('cluster_min_healthy_percentages');
  const { source, path } = node.origin;
  return {
    passesThrough,
    cacheMs,
    clusters: [...percentages].map(([name, percent]) => ({
      name,
      minHealthyPercent: percent.number('value'),
    })),
    headers: parseHeaderMatchers(node, 'headers'),
    place: `health_check ${source.replace(/@[^@]*$/, '')} ${path}`,
  };
}
