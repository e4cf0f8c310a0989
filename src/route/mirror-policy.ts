import type { ConfigNode, FractionConfig } from '../api/config-node.js';
import type { MirrorPolicyView } from '../api/route.js';
import type { LogContext } from '../api/stream-info.js';
import type { RequestHeaders } from '../base/header-map.js';
import { toByteText } from '../format/byte-text.js';
import type { MirrorPolicyConfig } from './config-types.js';
import { buildHeaderStep, type HeaderStep, parseHeaderStep, runHeaderSteps } from './header-steps.js';

const always = { numerator: 100, denominator: 100, runtimeKey: '' };

/** Reads a `request_mirror_policies` list. */
export function parseMirrorPolicies(
  node: ConfigNode,
  validateClusters: boolean,
): readonly MirrorPolicyConfig[] {
  return node.list('request_mirror_policies').map((policy) => {
    policy.noEffect('trace_sampled', 'mirrored requests are not traced');
    const cluster = policy.string('cluster');
    const clusterHeader = policy.string('cluster_header').toLowerCase();
    if (cluster !== '' && clusterHeader !== '')
      policy.error('Only one of cluster or cluster_header can be specified', 'cluster_header');
    if (cluster === '' && clusterHeader === '')
      policy.error('Exactly one of cluster or cluster_header need to be specified');
    if (validateClusters && cluster !== '') policy.needs.cluster(cluster, 'cluster');
    return {
      cluster,
      clusterHeader,
      fraction: policy.fraction('runtime_fraction', always),
      keepsHost: policy.bool('disable_shadow_host_suffix_append'),
      hostRewriteLiteral: policy.string('host_rewrite_literal'),
      mutations: policy.list('request_headers_mutations').map(parseHeaderStep),
    };
  });
}

/** One mirror policy, ready to run. */
export class MirrorPolicy implements MirrorPolicyView {
  readonly fraction: FractionConfig;
  private readonly cluster: string;
  private readonly clusterHeader: string;
  private readonly keepsHost: boolean;
  private readonly host: string;
  private readonly steps: readonly HeaderStep[];

  constructor(config: MirrorPolicyConfig) {
    this.fraction = config.fraction;
    this.cluster = config.cluster;
    this.clusterHeader = config.clusterHeader;
    this.keepsHost = config.keepsHost;
    this.host = toByteText(config.hostRewriteLiteral);
    this.steps = config.mutations.map(buildHeaderStep);
  }

  clusterOf(headers: RequestHeaders): string {
    return this.clusterHeader === '' ? this.cluster : (headers.get(this.clusterHeader) ?? '');
  }

  prepare(copy: RequestHeaders, context: LogContext): void {
    runHeaderSteps(this.steps, copy, context);
    if (this.host !== '') copy.authority = this.host;
    else if (!this.keepsHost) copy.authority = shadowHost(copy.authority);
  }
}

/** Tells the mirror's logs from the others': `-shadow` before the port. */
function shadowHost(authority: string): string {
  const port = /:\d+$/.exec(authority);
  const end = port === null ? authority.length : port.index;
  return `${authority.slice(0, end)}-shadow${authority.slice(end)}`;
}
