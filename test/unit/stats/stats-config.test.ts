import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { ExtensionRegistry } from '../../../src/api/extension.js';
import { loadConfig } from '../../../src/config/load.js';
import type { ConfigFiles } from '../../../src/config/node/read-context.js';
import {
  bucketBounds,
  DEFAULT_BOUNDS,
  parseClusterMatchers,
  parseStatsConfig,
  type StatsConfig,
  statRules,
  tagExtractor,
} from '../../../src/stats/stats-config.js';

const registry: ExtensionRegistry = { find: () => undefined, findByName: () => undefined, list: () => [] };
const files: ConfigFiles = {
  env: () => undefined,
  read: (path) => {
    throw new Error(`no file ${path}`);
  },
};

function parse(yamlText: string): { config: StatsConfig; errors: string[]; unsupported: string[] } {
  const loaded = loadConfig({ yamlText, registry, files, rootType: 'envoy.config.metrics.v3.StatsConfig' });
  const config = structuredClone(parseStatsConfig(loaded.root));
  const outcome = loaded.finish();
  const text = (problem: { path: string; message: string }): string => `${problem.path}: ${problem.message}`;
  return { config, errors: outcome.problems.map(text), unsupported: outcome.unsupported.map(text) };
}

function tags(config: StatsConfig, name: string): string {
  const identity = tagExtractor(config).identify(name);
  return [identity.extractedName, ...identity.tags.map((tag) => `${tag.name}=${tag.value}`)].join(' ');
}

test('tags of the user join the default ones in their order', () => {
  const { config, errors } = parse(`
stats_tags:
- {tag_name: fixed, fixed_value: f}
- {tag_name: total, regex: '_cx(_(total))$'}
- {tag_name: kind, regex: '^cluster\\..*?\\.((.*?)_)cx'}
- {tag_name: envoy.cluster_name, regex: '^cluster\\.(.*?)\\.'}
- {tag_name: whole, regex: '^(runtime)\\.load'}
`);
  deepEqual(errors, []);
  equal(
    tags(config, 'cluster.c1.upstream_cx_total'),
    'cluster.cx fixed=f total=total envoy.cluster_name=c1 kind=upstream',
  );
  equal(
    tags(config, 'http.h.downstream_rq_2xx'),
    'http.downstream_rq_xx envoy.response_code_class=2 fixed=f envoy.http_conn_manager_prefix=h',
  );
  equal(tags(config, 'runtime.load_error'), '.load_error fixed=f whole=runtime');
});

test('default tags can be left out and asked for one by one', () => {
  const { config } = parse('{use_all_default_tags: false, stats_tags: [{tag_name: envoy.cluster_name}]}');
  equal(tags(config, 'cluster.c1.upstream_rq_200'), 'cluster.upstream_rq_200 envoy.cluster_name=c1');
});

test('bad tags are told apart', () => {
  const { errors } = parse(`
stats_tags:
- {tag_name: nobody}
- {tag_name: a, regex: 'no group'}
- {tag_name: b, regex: '(('}
stats_matcher: {inclusion_list: {patterns: [{safe_regex: {regex: '['}}]}}
`);
  equal(errors.length, 4);
  match(errors[0]!, /stats_tags\[0\].tag_name: .*'nobody' is not a default tag/);
  match(errors[1]!, /stats_tags\[1\].regex: has no capture group/);
  match(errors[2]!, /stats_tags\[2\].regex: /);
  match(errors[3]!, /safe_regex.regex: /);
});

test('matchers choose by full name', () => {
  const names = ['cluster.a.x', 'cluster.b.x', 'http.A.y'];
  const accepted = (yaml: string): string[] =>
    names.filter((name) => statRules(parse(yaml).config)?.accepts(name) ?? true);
  deepEqual(accepted('stats_matcher: {reject_all: true}'), []);
  deepEqual(accepted('stats_matcher: {reject_all: false}'), names);
  deepEqual(accepted('stats_matcher: {exclusion_list: {patterns: [{prefix: cluster.a}, {suffix: .y}]}}'), [
    'cluster.b.x',
  ]);
  deepEqual(accepted('stats_matcher: {inclusion_list: {patterns: [{contains: .a., ignore_case: true}]}}'), [
    'cluster.a.x',
    'http.A.y',
  ]);
  deepEqual(
    accepted("stats_matcher: {inclusion_list: {patterns: [{safe_regex: {regex: 'cluster\\.[^.]'}}]}}"),
    [],
  );
  deepEqual(
    accepted(
      "stats_matcher: {inclusion_list: {patterns: [{safe_regex: {regex: 'cluster\\.[^.]\\..*'}}, {exact: http.A.y}]}}",
    ),
    names,
  );
  equal(statRules(parse('{}').config), undefined);
});

test('the first bucket setting that matches wins', () => {
  const { config } = parse(`
histogram_bucket_settings:
- {match: {prefix: cluster.a}, buckets: [1, 2.5]}
- {match: {prefix: cluster}, buckets: [7]}
`);
  const bounds = bucketBounds(config);
  deepEqual(
    [bounds('cluster.ab.t'), bounds('cluster.c.t'), bounds('http.t')],
    [[1, 2.5], [7], DEFAULT_BOUNDS],
  );
});

test('every field has its verdict', () => {
  const { errors, unsupported } = parse(`
use_all_default_tags: true
stats_tags: [{tag_name: x, fixed_value: v}]
stats_matcher: {inclusion_list: {patterns: [{exact: a}]}}
histogram_bucket_settings: [{match: {exact: a}, buckets: [1]}]
`);
  deepEqual([errors, unsupported], [[], []]);
});

test('the matcher of a cluster holds instead of that of all, for its own stats', () => {
  const yamlText = `clusters:
- name: a
  stats_matcher: {inclusion_list: {patterns: [{suffix: x}]}}
- name: plain
- name: b.c:d
  stats_matcher: {exclusion_list: {patterns: [{prefix: cluster.b.c_d.x}]}}
- name: e
  alt_stat_name: f
  stats_matcher: {reject_all: true}
`;
  const rootType = 'envoy.config.bootstrap.v3.Bootstrap.StaticResources';
  const loaded = loadConfig({ yamlText, registry, files, rootType });
  const ofClusters = parseClusterMatchers(loaded.root.list('clusters'));
  const { config } = parse('stats_matcher: {exclusion_list: {patterns: [{suffix: x}]}}');
  const rules = statRules({ ...config, ofClusters });
  const roots = ['cluster.a', 'cluster.plain', 'cluster.b.c_d', 'cluster.e', 'cluster.f', 'http.a'];
  const accepted = roots.flatMap((root) => ['x', 'y'].map((leaf) => `${root}.${leaf}`));
  deepEqual(
    accepted.filter((name) => rules?.accepts(name)),
    ['cluster.a.x', 'cluster.plain.y', 'cluster.b.c_d.y', 'cluster.e.y', 'http.a.y'],
  );
  equal(rules?.accepts('cluster.a'), true);
});
