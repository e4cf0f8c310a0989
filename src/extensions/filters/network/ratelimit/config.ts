import type { ConfigNode } from '../../../../api/config-node.js';
import { formatProblem } from '../../../../format/text-format.js';
import { type GrpcServiceConfig, parseGrpcService } from '../../../../upstream/grpc-service.js';

/** One entry of a descriptor; the value is a format. */
export type RateLimitEntryConfig = { readonly key: string; readonly value: string };

/** `envoy.extensions.filters.network.ratelimit.v3.RateLimit`. */
export type NetworkRateLimitConfig = {
  readonly statPrefix: string;
  readonly domain: string;
  readonly descriptors: readonly (readonly RateLimitEntryConfig[])[];
  readonly service: GrpcServiceConfig;
  readonly deniesFailure: boolean;
};

const defaultTimeoutMs = 20;

export function parseNetworkRateLimit(node: ConfigNode): NetworkRateLimitConfig {
  const service = node.message('rate_limit_service');
  service?.enum('transport_api_version');
  const grpc = service?.message('grpc_service');
  const timeoutMs = node.duration('timeout', defaultTimeoutMs);
  grpc?.noEffect('timeout', 'the filter has a timeout of its own');
  return {
    statPrefix: node.string('stat_prefix'),
    domain: node.string('domain'),
    descriptors: node.list('descriptors').map(parseDescriptor),
    service: {
      ...(grpc === undefined ? noService : parseGrpcService(grpc, timeoutMs)),
      timeoutMs,
    },
    deniesFailure: node.bool('failure_mode_deny'),
  };
}

/** The descriptors of the message ask for a service; nobody gets here without. */
const noService: GrpcServiceConfig = {
  cluster: '',
  authority: '',
  timeoutMs: 0,
  metadata: [],
  maxMessageBytes: 0,
  hidesProxy: false,
};

function parseDescriptor(node: ConfigNode): readonly RateLimitEntryConfig[] {
  node.noEffect('limit', 'as in Envoy, connections ask with the entries alone');
  node.noEffect('hits_addend', 'as in Envoy, connections ask with the entries alone');
  return node.list('entries').map((entry) => {
    const value = entry.string('value');
    const problem = formatProblem(value);
    if (problem !== undefined) entry.error(problem, 'value');
    return { key: entry.string('key'), value: problem === undefined ? value : '' };
  });
}
