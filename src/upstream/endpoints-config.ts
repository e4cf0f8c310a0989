import type { ConfigNode, FractionConfig } from '../api/config-node.js';
import type { Address } from '../api/stream-info.js';
import type { HostHealthCheckConfig, LocalityConfig } from '../api/upstream.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';
import { parseMetadata } from '../match/metadata.js';
import { internalAddress, ipAddress, pipeAddress } from '../network/address.js';
import type { ClusterType } from './membership/discovery-config.js';
import { parseTypedMetadata } from './proxy-address.js';

/** One configured endpoint; for DNS clusters `address` is a name that resolves to any number of hosts. */
export type EndpointConfig = {
  readonly address: string;
  /** 0 for a Unix socket, whose path is `address`, and for an internal listener. */
  readonly port: number;
  readonly isPipe: boolean;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: LocalityConfig;
  /** Of the whole locality; 0 = none was given. */
  readonly localityWeight: number;
  readonly metadata: Plain;
  /** Of the whole locality. */
  readonly localityMetadata?: Plain;
  /** Other IPs of the same port, for a host that does not answer on its own. */
  readonly alternatives?: readonly string[];
  readonly healthStatus: string;
  readonly healthCheck: HostHealthCheckConfig | null;
};

/** Clusters and hosts carry the whole message `core.v3.Metadata`. */
export function messageOf(namespaces: Plain): Plain {
  return namespaces === null ? null : { filter_metadata: namespaces };
}

/** What a `ClusterLoadAssignment` says. */
export type AssignedHosts = {
  /** Its `cluster_name`. */
  readonly assignment: string;
  readonly endpoints: readonly EndpointConfig[];
  readonly overprovisioningFactor: number;
  readonly weightedPriorityHealth: boolean;
  /** Millionths of the requests that are refused. */
  readonly dropMillionths: number;
  readonly dropCategory: string;
  /** Without a newer assignment for so long its endpoints are forgotten; 0 = never. */
  readonly staleAfterMs: number;
};

const noHosts: AssignedHosts = {
  assignment: '',
  endpoints: [],
  overprovisioningFactor: 140,
  weightedPriorityHealth: false,
  dropMillionths: 0,
  dropCategory: '',
  staleAfterMs: 0,
};

const singleEndpoint =
  'LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint';

/** Reads `load_assignment` of a cluster. */
export function parseLoadAssignment(node: ConfigNode, type: ClusterType): AssignedHosts {
  if (type === 'EDS') {
    node.noEffect('load_assignment', 'hosts of an EDS cluster are discovered');
    return noHosts;
  }
  const assignment = node.message('load_assignment');
  if (assignment === undefined) {
    if (type === 'LOGICAL_DNS') node.error('LOGICAL_DNS clusters must have a single host', 'load_assignment');
    return noHosts;
  }
  const groups = assignment.list('endpoints');
  if (type === 'LOGICAL_DNS' && (groups.length !== 1 || groups[0]?.list('lb_endpoints').length !== 1)) {
    assignment.error(singleEndpoint, 'endpoints');
  }
  return parseAssignment(assignment, type);
}

/** Reads `envoy.config.endpoint.v3.ClusterLoadAssignment`. */
export function parseAssignment(assignment: ConfigNode, type: ClusterType): AssignedHosts {
  const policy = assignment.message('policy');
  const endpoints: EndpointConfig[] = [];
  for (const group of assignment.list('endpoints')) {
    const locality = parseLocality(group.message('locality'));
    const priority = group.number('priority', 0);
    const weight = group.number('load_balancing_weight', 0);
    // Envoy weighs localities by their names: a group without one has no weight.
    const localityWeight = group.has('locality') ? weight : 0;
    const localityMetadata = metadataOf(group);
    for (const entry of group.list('lb_endpoints')) {
      const place = { locality, localityWeight, localityMetadata, priority };
      const endpoint = parseEndpoint(entry, type, place);
      if (endpoint !== null) endpoints.push(endpoint);
    }
  }
  return {
    assignment: assignment.string('cluster_name'),
    endpoints,
    overprovisioningFactor: policy?.number('overprovisioning_factor', 140) ?? 140,
    weightedPriorityHealth: policy?.bool('weighted_priority_health') ?? false,
    ...(policy === undefined ? noDrops : parseDrops(policy)),
    staleAfterMs: policy?.duration('endpoint_stale_after', 0) ?? 0,
  };
}

/** `drop_overloads` of a policy. Envoy takes one category. */
function parseDrops(policy: ConfigNode): Drops {
  const drops = policy.list('drop_overloads');
  if (drops.length > 1) {
    const text = `Cluster drop_overloads config has ${drops.length} categories. Envoy only support one.`;
    policy.error(text, 'drop_overloads');
  }
  const [drop] = drops;
  if (drop === undefined) return noDrops;
  const dropCategory = drop.string('category');
  const { numerator, denominator } = drop.fraction('drop_percentage', noShare);
  const ratio = numerator / denominator;
  if (ratio <= 1) return { dropMillionths: Math.round(ratio * 1_000_000), dropCategory };
  const given = `drop_ratio=${ratio}(Numerator ${numerator} / Denominator ${denominator})`;
  const text = `Cluster drop_overloads config is invalid. ${given}. The valid range is 0~1.`;
  drop.error(text, 'drop_percentage');
  return noDrops;
}

type Drops = Pick<AssignedHosts, 'dropMillionths' | 'dropCategory'>;

const noDrops: Drops = { dropMillionths: 0, dropCategory: '' };
const noShare: FractionConfig = { numerator: 0, denominator: 100, runtimeKey: '' };

function metadataOf(node: ConfigNode): Plain {
  const namespaces = messageOf(parseMetadata(node, 'metadata'));
  const typed = parseTypedMetadata(node.message('metadata'));
  return typed === null || !isPlainObject(namespaces)
    ? namespaces
    : { ...namespaces, typed_filter_metadata: typed };
}

function parseLocality(node: ConfigNode | undefined): LocalityConfig {
  return {
    region: node?.string('region') ?? '',
    zone: node?.string('zone') ?? '',
    subZone: node?.string('sub_zone') ?? '',
  };
}

function parseEndpoint(
  entry: ConfigNode,
  type: ClusterType,
  group: Pick<EndpointConfig, 'locality' | 'localityWeight' | 'localityMetadata' | 'priority'>,
): EndpointConfig | null {
  const endpoint = entry.message('endpoint');
  if (endpoint === undefined) {
    if (entry.has('endpoint_name')) entry.unsupported('endpoint_name', 'named endpoints');
    else entry.error('an endpoint needs an address', 'endpoint');
    return null;
  }
  const address = endpoint.message('address');
  if (address === undefined) {
    endpoint.error('an endpoint needs an address', 'address');
    return null;
  }
  const target = parseTarget(address, type);
  if (target === null) return null;
  const check = endpoint.message('health_check_config');
  const metadata = metadataOf(entry);
  return {
    ...target,
    alternatives: parseAlternatives(endpoint, target, type),
    hostname: endpoint.string('hostname'),
    weight: entry.number('load_balancing_weight', 1),
    ...group,
    metadata,
    healthStatus: entry.enum('health_status', 'UNKNOWN'),
    healthCheck: check === undefined ? null : parseCheckConfig(check),
  };
}

/** Envoy reads them where addresses are given, not names. */
function parseAlternatives(
  endpoint: ConfigNode,
  target: Pick<EndpointConfig, 'port' | 'isPipe'>,
  type: ClusterType,
): readonly string[] {
  if (isByName(type)) {
    endpoint.noEffect('additional_addresses', 'the addresses are those of the name');
    return [];
  }
  return endpoint.list('additional_addresses').flatMap((entry) => {
    const address = entry.message('address');
    const other = address === undefined ? null : parseTarget(address, type);
    if (other === null) return [];
    if (target.isPipe || other.isPipe)
      entry.error('additional_addresses only supports IP addresses.', 'address');
    if (other.port !== target.port) entry.unsupported('address', 'the port is that of the first address');
    return [other.address];
  });
}

function parseCheckConfig(node: ConfigNode): HostHealthCheckConfig {
  const address = node.message('address');
  // Names are not resolved here, whatever the cluster's type.
  const target = address === undefined ? null : parseTarget(address, 'STATIC');
  return {
    address: target === null ? null : staticAddress(target),
    port: node.number('port_value', 0),
    hostname: node.string('hostname'),
    disabled: node.bool('disable_active_health_check'),
  };
}

/** The address of an endpoint that is given by its address. */
export function staticAddress(endpoint: Pick<EndpointConfig, 'address' | 'port' | 'isPipe'>): Address {
  return endpoint.isPipe ? pipeAddress(endpoint.address) : ipAddress(endpoint.address, endpoint.port);
}

function isByName(type: ClusterType): boolean {
  return type === 'STRICT_DNS' || type === 'LOGICAL_DNS';
}

const ipPattern = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%\w+)?)$/;

function parseTarget(
  node: ConfigNode,
  type: ClusterType,
): { address: string; port: number; isPipe: boolean } | null {
  const pipe = node.message('pipe');
  if (pipe !== undefined) return { address: pipe.string('path'), port: 0, isPipe: true };
  const socket = node.message('socket_address');
  if (socket === undefined) {
    const internal = node.message('envoy_internal_address');
    if (internal === undefined) return null;
    const { text } = internalAddress(internal.string('server_listener_name'), internal.string('endpoint_id'));
    return { address: text, port: 0, isPipe: true };
  }
  const address = socket.string('address');
  if ((type === 'STATIC' || type === 'EDS') && !ipPattern.test(address)) {
    socket.error(
      `malformed IP address: ${address}. Consider setting resolver_name or setting cluster type to 'STRICT_DNS' or 'LOGICAL_DNS'`,
      'address',
    );
  }
  if (isByName(type) && socket.string('resolver_name') !== '') {
    socket.error(`${type} clusters must NOT have a custom resolver name set`, 'resolver_name');
  }
  if (socket.enum('protocol', 'TCP') !== 'TCP') socket.unsupportedValue('protocol', 'UDP');
  return { address, port: socket.number('port_value', 0), isPipe: false };
}
