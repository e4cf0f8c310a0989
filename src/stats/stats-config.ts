import { RE2JS } from 're2js';
import type { ConfigNode } from '../api/config-node.js';
import { DEFAULT_TAG_RULES, type TagFound, type TagRule } from './default-tags.js';
import type { StatRules } from './lane.js';
import { compileNamePattern, type NamePattern, parseNamePattern, regexProblem } from './name-pattern.js';
import { TagExtractor } from './tags.js';

/** `envoy.config.metrics.v3.StatsConfig` as plain data. */
export type StatsConfig = {
  readonly useDefaultTags: boolean;
  readonly tags: readonly TagSpecifier[];
  readonly matcher: StatsMatcher;
  readonly histogramBuckets: readonly HistogramBuckets[];
  /** Clusters that have a matcher of their own, which holds instead of that of all. */
  readonly ofClusters: readonly ClusterMatcher[];
};

/** `name` is the one that the cluster has in stats. */
export type ClusterMatcher = { readonly name: string; readonly matcher: StatsMatcher };

/** A tag of the user's: by expression, of one value for every stat, or a default one asked for by name. */
type TagSpecifier = {
  readonly name: string;
  readonly kind: 'regex' | 'fixed' | 'default';
  readonly text: string;
};

type StatsMatcher = {
  readonly kind: 'accept-all' | 'reject-all' | 'inclusion' | 'exclusion';
  readonly patterns: readonly NamePattern[];
};

type HistogramBuckets = { readonly match: NamePattern; readonly bounds: readonly number[] };

export const DEFAULT_STATS_CONFIG: StatsConfig = {
  useDefaultTags: true,
  tags: [],
  matcher: { kind: 'accept-all', patterns: [] },
  histogramBuckets: [],
  ofClusters: [],
};

/** Upper bounds of buckets in cumulative views and in Prometheus. */
export const DEFAULT_BOUNDS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

export function parseStatsConfig(node: ConfigNode): StatsConfig {
  return {
    useDefaultTags: node.bool('use_all_default_tags', true),
    tags: node.list('stats_tags').map(parseTag),
    matcher: parseMatcher(node.message('stats_matcher')),
    histogramBuckets: node.list('histogram_bucket_settings').map(parseBuckets),
    ofClusters: [],
  };
}

/** The matchers that stand in clusters. */
export function parseClusterMatchers(clusters: readonly ConfigNode[]): readonly ClusterMatcher[] {
  return clusters.flatMap((node) => {
    const matcher = node.message('stats_matcher');
    const name = node.string('alt_stat_name') || node.string('name');
    return matcher === undefined ? [] : [{ name: name.replaceAll(':', '_'), matcher: parseMatcher(matcher) }];
  });
}

function parseTag(node: ConfigNode): TagSpecifier {
  const name = node.string('tag_name');
  if (name === '') node.error('tag_name cannot be empty', 'tag_name');
  const kind = node.oneof('tag_value');
  if (kind === 'fixed_value') return { name, kind: 'fixed', text: node.string('fixed_value') };
  const text = node.string('regex');
  if (text === '') {
    const isKnown = DEFAULT_TAG_RULES.some((rule) => rule.tag === name);
    if (!isKnown) node.error(`no regex given, and '${name}' is not a default tag`, 'tag_name');
    return { name, kind: 'default', text };
  }
  const problem =
    regexProblem(text) ?? (RE2JS.compile(text).groupCount() === 0 ? 'has no capture group' : undefined);
  if (problem !== undefined) node.error(problem, 'regex');
  return { name, kind: 'regex', text };
}

function parseMatcher(node: ConfigNode | undefined): StatsMatcher {
  const kind = node?.oneof('stats_matcher');
  if (node === undefined || kind === undefined) return DEFAULT_STATS_CONFIG.matcher;
  if (kind === 'reject_all') {
    return { kind: node.bool('reject_all') ? 'reject-all' : 'accept-all', patterns: [] };
  }
  const patterns = node.message(kind)?.list('patterns').map(parseNamePattern) ?? [];
  return { kind: kind === 'inclusion_list' ? 'inclusion' : 'exclusion', patterns };
}

function parseBuckets(node: ConfigNode): HistogramBuckets {
  const match = node.message('match');
  const bounds = node.numbers('buckets');
  if (bounds.some((bound, i) => i > 0 && bound <= bounds[i - 1]!)) node.error('must ascend', 'buckets');
  node.unsupported('bins', 'native histograms are not written');
  const pattern: NamePattern = { kind: 'exact', text: '', ignoreCase: false };
  return { match: match === undefined ? pattern : parseNamePattern(match), bounds };
}

/** The stats that `stats_matcher` lets through; undefined when that is all of them. */
export function statRules({ matcher, ofClusters }: StatsConfig): StatRules | undefined {
  if (ofClusters.length === 0) return matcher.kind === 'accept-all' ? undefined : rulesOf(matcher);
  const general = rulesOf(matcher);
  const own = new Map(ofClusters.map((it) => [it.name, rulesOf(it.matcher)]));
  return { accepts: (name) => (clusterRules(name, own) ?? general).accepts(name) };
}

function rulesOf({ kind, patterns }: StatsMatcher): StatRules {
  if (kind === 'accept-all') return { accepts: () => true };
  if (kind === 'reject-all') return { accepts: () => false };
  const tests = patterns.map(compileNamePattern);
  const isIncluding = kind === 'inclusion';
  return { accepts: (name) => tests.some((test) => test(name)) === isIncluding };
}

const clusterRoot = 'cluster.';

/** Names of clusters may have dots, as those of stats have. */
function clusterRules(name: string, own: ReadonlyMap<string, StatRules>): StatRules | undefined {
  if (!name.startsWith(clusterRoot)) return undefined;
  const from = clusterRoot.length;
  for (let dot = name.indexOf('.', from); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const rules = own.get(name.slice(from, dot));
    if (rules !== undefined) return rules;
  }
  return undefined;
}

/** With tags of the command line, which hold before those of the file. */
export function withFixedTags(
  config: StatsConfig,
  tags: readonly (readonly [name: string, value: string])[],
): StatsConfig {
  if (tags.length === 0) return config;
  const fixed = tags.map(([name, text]) => ({ name, kind: 'fixed' as const, text }));
  return { ...config, tags: [...fixed, ...config.tags] };
}

export function tagExtractor(config: StatsConfig): TagExtractor {
  const rules: TagRule[] = config.useDefaultTags ? [...DEFAULT_TAG_RULES] : [];
  const taken = new Set(rules.map((rule) => rule.tag));
  for (const tag of config.tags) {
    if (taken.has(tag.name)) continue;
    taken.add(tag.name);
    if (tag.kind === 'fixed') rules.push(fixedRule(tag.name, tag.text));
    else if (tag.kind === 'regex') rules.push(regexRule(tag.name, tag.text));
    else rules.push(...DEFAULT_TAG_RULES.filter((rule) => rule.tag === tag.name));
  }
  return new TagExtractor(rules);
}

/** Bounds by full name; the first setting that matches wins. */
export function bucketBounds(config: StatsConfig): (name: string) => readonly number[] {
  const settings = config.histogramBuckets.map(({ match, bounds }) => ({
    test: compileNamePattern(match),
    bounds,
  }));
  if (settings.length === 0) return () => DEFAULT_BOUNDS;
  return (name) => settings.find(({ test }) => test(name))?.bounds ?? DEFAULT_BOUNDS;
}

/** Found in every name, without taking anything out. */
function fixedRule(tag: string, value: string): TagRule {
  const found: TagFound = { value, start: 0, end: 0 };
  return { tag, root: '', tokens: null, needle: '', find: () => found };
}

/** An expression that begins with a whole token is only tried on names that begin with it. */
function regexRule(tag: string, text: string): TagRule {
  const regex = RE2JS.compile(text);
  const root = /^\^([A-Za-z0-9_]+)\\\./.exec(text)?.[1] ?? '';
  return { tag, root, tokens: null, needle: '', find: (name) => search(regex, name) };
}

function search(regex: RE2JS, name: string): TagFound | null {
  const matcher = regex.matcher(name);
  if (!matcher.find() || matcher.start(1) < 0) return null;
  const removed = matcher.group(1) ?? '';
  const value = regex.groupCount() > 1 ? (matcher.group(2) ?? '') : removed;
  return { value, start: matcher.start(1), end: matcher.end(1) };
}
