import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, reply, simple } from '../../differential-case.js';
import { type Fields, type FilterFamily, typed } from '../filter-family.js';

const specifiers = 'envoy.extensions.router.cluster_specifiers.matcher.v3';
const bad = reply('503 Service Unavailable', [], 'bad');

function retry(numRetries: number): Fields {
  return {
    retry_on: '5xx',
    num_retries: numRetries,
    refresh_cluster_on_retry: true,
    retry_back_off: { base_interval: '0.001s' },
  };
}

/** Drawn by a header, so that the proxies draw the same. */
function weighted(prefix: string, shares: readonly (readonly [cluster: string, weight: number])[]): Plain {
  const clusters = shares.map(([name, weight]) => ({
    name: `again-${name}`,
    weight,
    host_rewrite_literal: `host-${name}`,
    request_headers_to_add: [{ header: { key: 'x-own', value: name } }],
    response_headers_to_add: [{ header: { key: 'x-from', value: name } }],
  }));
  return {
    match: { prefix },
    route: { weighted_clusters: { header_name: 'x-draw', clusters }, retry_policy: retry(4) },
  };
}

function leadTo(cluster: string): Fields {
  return { action: { name: 'to', typed_config: typed(`${specifiers}.ClusterAction`, { cluster }) } };
}

/** By how often the request was tried, as it stands in its headers before they are changed. */
const matched: Plain = {
  match: { prefix: '/matched' },
  route: {
    inline_cluster_specifier_plugin: {
      extension: {
        name: 'by-attempt',
        typed_config: typed(`${specifiers}.MatcherClusterSpecifier`, {
          cluster_matcher: {
            matcher_tree: {
              input: {
                name: 'attempt',
                typed_config: typed('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', {
                  header_name: 'x-envoy-attempt-count',
                }),
              },
              exact_match_map: { map: { '2': leadTo('again-b'), '3': leadTo('nowhere') } },
            },
            on_no_match: leadTo('again-a'),
          },
        }),
      },
    },
    retry_policy: retry(5),
  },
};

function draw(value: number, path: string, failures: number): DifferentialCase {
  return simple(
    `cluster anew: ${path}, draw ${value}, ${failures} failures`,
    get(path, [['x-draw', String(value)]]),
    {
      listener: 'anew',
      origin: Array<string>(failures).fill(bad),
    },
  );
}

/** Each retry asks the route anew for its cluster. */
export const refreshFamily: FilterFamily = {
  listeners: {
    anew: {
      filters: [],
      virtualHost: { include_request_attempt_count: true },
      routes: [
        weighted('/thirds', [
          ['a', 30],
          ['b', 30],
          ['c', 40],
        ]),
        weighted('/nothing', [
          ['a', 100],
          ['b', 0],
        ]),
        { match: { prefix: '/one' }, route: { cluster: 'again-a', retry_policy: retry(1) } },
        matched,
      ],
    },
  },
  clusters: { 'again-a': {}, 'again-b': {}, 'again-c': {} },
  cases: [
    ...[0, 35, 95].flatMap((value) => [draw(value, '/thirds', 1), draw(value, '/thirds', 5)]),
    draw(150, '/nothing', 3),
    draw(0, '/one', 1),
    draw(0, '/matched', 2),
    draw(0, '/matched', 4),
  ].map((it) => ({ ...it, ignores: [/connection \d/] })),
};
