import { existsSync } from 'node:fs';
import type { ConfigNode } from '../../api/config-node.js';

/** Where a `DiscoveryResponse` is asked for again and again. */
export type RestSourceConfig = {
  /** The cluster that is asked. */
  readonly cluster: string;
  readonly refreshMs: number;
  readonly timeoutMs: number;
};

/** Where the assignment of an EDS cluster comes from. */
export type EdsConfig = {
  /** `cluster_name` that the assignment has to have; empty = the cluster's own name. */
  readonly serviceName: string;
  readonly path: string;
  /** Directory in which a move makes the file be read again; empty = a move into the file's own place. */
  readonly watchedDirectory: string;
  /** Null: a file. */
  readonly rest: RestSourceConfig | null;
  /** How long the cluster's start waits for a first answer; 0 = as long as it takes. Not for files. */
  readonly initialFetchMs: number;
};

/** Reads `eds_cluster_config`; null when it is absent or not supported. */
export function parseEds(node: ConfigNode): EdsConfig | null {
  const config = node.message('eds_cluster_config');
  if (config === undefined) return null;
  const serviceName = config.string('service_name');
  const source = config.message('eds_config');
  if (source === undefined) {
    config.error('cannot create an EDS cluster without an EDS config', 'eds_config');
    return null;
  }
  source.enum('resource_api_version');
  for (const field of ['ads', 'self']) {
    source.unsupported(field, 'assignments are read from files, or fetched by REST');
  }
  const api = source.message('api_config_source');
  if (api !== undefined) {
    const rest = parseRestSource(api);
    const initialFetchMs = source.duration('initial_fetch_timeout', 15_000);
    return rest === null ? null : { serviceName, path: '', watchedDirectory: '', rest, initialFetchMs };
  }
  source.noEffect('initial_fetch_timeout', 'a file is read at once');
  return parseFile(source, serviceName);
}

function parseFile(source: ConfigNode, serviceName: string): EdsConfig | null {
  const file = source.message('path_config_source');
  const holder = file ?? source;
  if (!holder.has('path')) return null;
  const path = holder.string('path');
  if (!existsSync(path)) {
    holder.error(`paths must refer to an existing path in the system: '${path}' does not exist`, 'path');
  }
  const watchedDirectory = file?.message('watched_directory')?.string('path') ?? '';
  return { serviceName, path, watchedDirectory, rest: null, initialFetchMs: 0 };
}

/** `api_config_source` of the type REST; null for others. */
function parseRestSource(node: ConfigNode): RestSourceConfig | null {
  const type = node.enum('api_type');
  if (type === 'DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE') {
    const text = 'REST_LEGACY no longer a supported ApiConfigSource.';
    node.error(`${text} Please specify an explicit supported api_type`, 'api_type');
  }
  if (type !== 'REST') {
    node.unsupportedValue('api_type', type, 'REST is');
    return null;
  }
  node.enum('transport_api_version');
  const clusters = node.strings('cluster_names');
  if (node.has('grpc_services')) {
    node.error(
      'envoy.config.core.v3.ApiConfigSource, if not a gRPC type, must not have a gRPC service specified',
      'grpc_services',
    );
  }
  if (clusters.length === 0 && !node.has('grpc_services')) {
    const text = 'API configs must have either a gRPC service or a cluster name defined';
    node.error(text, 'cluster_names');
  } else if (clusters.length !== 1) {
    const text = 'envoy.config.core.v3.ApiConfigSource must have a singleton cluster name specified';
    node.error(text, 'cluster_names');
  }
  if (!node.has('refresh_delay')) {
    node.error('refresh_delay is required for REST API configuration sources', 'refresh_delay');
  }
  node.noEffect('set_node_on_first_message_only', 'every question by REST stands for itself');
  node.noEffect('rate_limit_settings', 'questions by REST come no faster than refresh_delay');
  node.unsupported('config_validators', 'answers are checked as the API has it');
  return {
    cluster: clusters[0] ?? '',
    refreshMs: node.duration('refresh_delay', 1000),
    timeoutMs: node.duration('request_timeout', 1000),
  };
}

/** What is wrong with the cluster that is asked, seen from all clusters; empty when nothing is. */
export function sourceProblem(
  { cluster }: RestSourceConfig,
  typeOf: (cluster: string) => string | undefined,
): string {
  const type = typeOf(cluster);
  if (type !== undefined && type !== 'EDS') return '';
  const text = `envoy.config.core.v3.ApiConfigSource must have a statically defined non-EDS cluster: '${cluster}'`;
  return `${text} does not exist, was added via api, or is an EDS cluster`;
}
