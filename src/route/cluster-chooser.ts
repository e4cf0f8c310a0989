import type { ClusterChoice, HashPolicyView, RouteInput, WeightedClusterView } from '../api/route.js';
import type { RuntimeView } from '../api/runtime.js';
import type { Plain } from '../base/plain.js';
import { toByteText } from '../format/byte-text.js';
import type { ClusterSpecifierConfig, FilterConfigs, WeightedClusterConfig } from './config-types.js';
import { HeaderRules } from './header-mutations.js';
import { mergeMetadata } from './metadata.js';

export type ClusterChooser = (input: RouteInput) => ClusterChoice;

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

export function buildClusterChooser(config: Exclude<ClusterSpecifierConfig, WeightedConfig>): ClusterChooser {
  if (config.kind === 'cluster') {
    const choice: ClusterChoice = { clusterName: config.name, weighted: null };
    return () => choice;
  }
  const { header } = config;
  return ({ headers }) => ({ clusterName: headers.get(header) ?? '', weighted: null });
}

/** One entry ready to be drawn; its header, when it has one, names the cluster. */
interface Draw {
  readonly weight: number;
  readonly runtimeKey: string;
  readonly clusterHeader: string;
  readonly weighted: WeightedCluster;
  readonly choice: ClusterChoice;
}

export function buildDraws({ clusters, runtimeKeyPrefix }: WeightedConfig, metadataMatch: Plain): Draw[] {
  return clusters.map((cluster) => {
    const weighted = new WeightedCluster(cluster, metadataMatch);
    const runtimeKey = runtimeKeyPrefix === '' ? '' : `${runtimeKeyPrefix}.${cluster.name}`;
    const choice: ClusterChoice = { clusterName: cluster.name, weighted };
    return { weight: cluster.weight, runtimeKey, clusterHeader: cluster.clusterHeader, weighted, choice };
  });
}

export function buildWeightedChooser(
  { runtimeKeyPrefix, headerName }: WeightedConfig,
  draws: readonly Draw[],
  runtime: RuntimeView,
  hashPolicy: HashPolicyView | null,
): ClusterChooser {
  const weightOf = (draw: Draw): number =>
    draw.runtimeKey === '' ? draw.weight : runtime.number(draw.runtimeKey, draw.weight);
  const fixedTotal = draws.reduce((sum, { weight }) => sum + weight, 0);
  return (input) => {
    const total = runtimeKeyPrefix === '' ? fixedTotal : draws.reduce((sum, draw) => sum + weightOf(draw), 0);
    const value =
      headerName === '' ? drawHash(input, hashPolicy, total) : drawValue(input, headerName, total);
    let end = 0;
    for (const draw of draws) {
      end += weightOf(draw);
      if (value < end) return choiceOf(draw, input);
    }
    return noChoice;
  };
}

/** Only when runtime overrides have set every weight to zero. */
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

export function choiceOf(draw: Draw, { headers }: RouteInput): ClusterChoice {
  if (draw.clusterHeader === '') return draw.choice;
  return { clusterName: headers.get(draw.clusterHeader) ?? '', weighted: draw.weighted };
}
