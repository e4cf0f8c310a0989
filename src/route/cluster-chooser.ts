import type { ClusterShare } from '../api/explain.js';
import type { ClusterChoice, HashPolicyView, RouteInput, WeightedClusterView } from '../api/route.js';
import type { RuntimeView } from '../api/runtime.js';
import type { Plain } from '../base/plain.js';
import { toByteText } from '../format/byte-text.js';
import { buildMatcher, settled } from '../match/tree/matcher.js';
import type { ClusterSpecifierConfig, FilterConfigs, WeightedClusterConfig } from './config-types.js';
import { HeaderRules } from './header-mutations.js';
import { mergeMetadata } from './metadata.js';

/** Chooses; absent fields mean that there is one cluster, by its name. */
export interface ClusterChooser {
  (input: RouteInput): ClusterChoice;
  /** In words. */
  readonly chosenBy?: string | undefined;
  readonly shares?: (() => readonly ClusterShare[]) | undefined;
  /** Chooses once more; absent when that is no other question. */
  readonly again?: ((input: RouteInput, drawn: readonly WeightedClusterView[]) => ClusterChoice) | undefined;
}

/** One entry of `weighted_clusters` with its own overrides. */
export class WeightedCluster implements WeightedClusterView {
  readonly name: string;
  readonly hostRewriteLiteral: string;
  readonly metadataMatch: Plain;
  readonly requestRules: HeaderRules;
  readonly responseRules: HeaderRules;
  readonly filterConfigs: FilterConfigs;

  constructor(config: WeightedClusterConfig, routeMatch: Plain) {
    this.name = config.name;
    this.hostRewriteLiteral = toByteText(config.hostRewriteLiteral);
    this.metadataMatch = mergeMetadata(routeMatch, config.metadataMatch);
    this.requestRules = new HeaderRules(config.mutations.request);
    this.responseRules = new HeaderRules(config.mutations.response);
    this.filterConfigs = config.filterConfigs;
  }
}

type WeightedConfig = Extract<ClusterSpecifierConfig, { kind: 'weighted' }>;

/** The answer is one object for each choice, so that what is made for it is found again. */
export function buildClusterChooser(
  config: ClusterSpecifierConfig,
  runtime: RuntimeView,
  metadataMatch: Plain,
  hashPolicy: HashPolicyView | null,
): ClusterChooser {
  switch (config.kind) {
    case 'cluster': {
      const choice: ClusterChoice = { clusterName: config.name, weighted: null };
      return () => choice;
    }
    case 'header':
      return Object.assign(choiceByHeader(config.header, null), { chosenBy: `header ${config.header}` });
    case 'matcher': {
      const matcher = buildMatcher(
        config.matcher,
        (clusterName): ClusterChoice => ({ clusterName, weighted: null }),
        runtime,
      );
      const choose = ({ info, headers }: RouteInput): ClusterChoice =>
        settled(matcher.find({ info, requestHeaders: headers })) ?? noChoice;
      return Object.assign(choose, { chosenBy: 'a matcher' });
    }
    case 'weighted': {
      const draws = buildDraws(config, metadataMatch);
      return buildWeightedChooser(config, draws, runtime, config.usesHashPolicy ? hashPolicy : null);
    }
  }
}

/** Requests may name any cluster; no more than so many names are remembered. */
const knownNamesLimit = 128;

function choiceByHeader(header: string, weighted: WeightedCluster | null): ClusterChooser {
  const known = new Map<string, ClusterChoice>();
  return ({ headers }) => {
    const clusterName = headers.get(header) ?? '';
    let choice = known.get(clusterName);
    if (choice === undefined) {
      choice = { clusterName, weighted };
      if (known.size >= knownNamesLimit) known.clear();
      known.set(clusterName, choice);
    }
    return choice;
  };
}

/** One entry ready to be drawn. */
interface Draw {
  /** Of the cluster, or the header that has it. */
  readonly name: string;
  readonly weight: number;
  readonly runtimeKey: string;
  readonly choose: ClusterChooser;
  readonly weighted: WeightedCluster;
}

function buildDraws({ clusters, runtimeKeyPrefix }: WeightedConfig, metadataMatch: Plain): Draw[] {
  return clusters.map((cluster) => {
    const weighted = new WeightedCluster(cluster, metadataMatch);
    const runtimeKey = runtimeKeyPrefix === '' ? '' : `${runtimeKeyPrefix}.${cluster.name}`;
    const choice: ClusterChoice = { clusterName: cluster.name, weighted };
    const choose =
      cluster.clusterHeader === '' ? () => choice : choiceByHeader(cluster.clusterHeader, weighted);
    const name = cluster.name === '' ? `(header ${cluster.clusterHeader})` : cluster.name;
    return { name, weight: cluster.weight, runtimeKey, choose, weighted };
  });
}

function buildWeightedChooser(
  { runtimeKeyPrefix, headerName }: WeightedConfig,
  draws: readonly Draw[],
  runtime: RuntimeView,
  hashPolicy: HashPolicyView | null,
): ClusterChooser {
  const weightOf = (draw: Draw): number =>
    draw.runtimeKey === '' ? draw.weight : runtime.number(draw.runtimeKey, draw.weight);
  const totalOf = (some: readonly Draw[]): number => some.reduce((sum, draw) => sum + weightOf(draw), 0);
  const fixedTotal = draws.reduce((sum, { weight }) => sum + weight, 0);
  const drawFrom = (some: readonly Draw[], total: number, input: RouteInput): ClusterChoice => {
    const value =
      headerName === '' ? drawHash(input, hashPolicy, total) : drawValue(input, headerName, total);
    let end = 0;
    for (const draw of some) {
      end += weightOf(draw);
      if (value < end) return draw.choose(input);
    }
    return noChoice;
  };
  const choose = (input: RouteInput): ClusterChoice =>
    drawFrom(draws, runtimeKeyPrefix === '' ? fixedTotal : totalOf(draws), input);
  const again = (input: RouteInput, drawn: readonly WeightedClusterView[]): ClusterChoice => {
    const left = draws.filter(({ weighted }) => !drawn.includes(weighted));
    const total = totalOf(left);
    return total === 0 ? choose(input) : drawFrom(left, total, input);
  };
  const shares = (): readonly ClusterShare[] => {
    const total = totalOf(draws);
    return draws.map((draw) => ({
      cluster: draw.name,
      percent: total === 0 ? 0 : (weightOf(draw) / total) * 100,
    }));
  };
  const value = hashPolicy !== null ? 'hash' : headerName === '' ? 'random number' : `header ${headerName}`;
  return Object.assign(choose, { again, shares, chosenBy: `weights, by the request's ${value}` });
}

/** No matcher holds, or runtime overrides have set every weight to zero. */
const noChoice: ClusterChoice = { clusterName: '', weighted: null };

/** The request's hash where the weights are drawn by it, else its random value. */
function drawHash(input: RouteInput, hashPolicy: HashPolicyView | null, total: number): number {
  const hash = hashPolicy?.hash(input, null);
  return hash === undefined || total === 0 ? input.random % total : Number(hash % BigInt(total));
}

/** The header's value when it is one unsigned 64-bit number, else the request's random value. */
function drawValue(input: RouteInput, headerName: string, total: number): number {
  const values = input.headers.getAll(headerName);
  const [text = ''] = values;
  if (values.length !== 1 || !/^[0-9]{1,20}$/.test(text)) return input.random % total;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value % total;
  const wide = BigInt(text);
  return total > 0 && wide < 1n << 64n ? Number(wide % BigInt(total)) : input.random % total;
}
