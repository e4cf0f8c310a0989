/** One rule that takes a tag out of a name: either a pattern of tokens, or an expression. */
export interface TagRule {
  readonly tag: string;
  /** First token that names must have; empty when any will do. */
  readonly root: string;
  /** `$` is the token captured and removed with a dot beside it, `*` any token, `**` any number of tokens, at the end one or more. */
  readonly tokens: readonly string[] | null;
  readonly find: ((name: string) => TagFound | null) | null;
  /** Text that names must contain; a quick test before `find`. */
  readonly needle: string;
}

/** Where an expression found its tag: the value, and what goes out of the name as [start, end). */
export interface TagFound {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

function tokens(tag: string, pattern: string): TagRule {
  const parts = pattern.split('.');
  const root = parts[0] === '$' ? '' : parts[0]!;
  return { tag: `envoy.${tag}`, root, tokens: parts, find: null, needle: '' };
}

function regex(tag: string, root: string, needle: string, pattern: RegExp): TagRule {
  return { tag, root, tokens: null, find: (name) => search(pattern, name), needle };
}

/** Group 1 is the text removed, group 2 the value. */
function search(pattern: RegExp, name: string): TagFound | null {
  const match = pattern.exec(name);
  const range = match?.indices?.[1];
  return match === null || range === undefined ? null : { value: match[2]!, start: range[0], end: range[1] };
}

/** Names have no colons: what an address has of them is put back into the value. */
function endpointAddress(name: string): TagFound | null {
  const found = search(/^cluster\..*?\.endpoint(\.(.+))\.\w+$/d, name);
  if (found === null) return null;
  const ip = /^(?:(\d+(?:\.\d+){3})|\[([0-9a-f_.]+)\])_(\d+)$/.exec(found.value);
  if (ip === null) return found;
  const [, v4, v6 = '', port] = ip;
  return { ...found, value: v4 === undefined ? `[${v6.replaceAll('_', ':')}]:${port}` : `${v4}:${port}` };
}

/**
 * The tags that Envoy takes out of names by default. The order is that in which labels are printed; rules without a
 * root come first, whatever their place.
 */
export const DEFAULT_TAG_RULES: readonly TagRule[] = [
  regex('envoy.response_code', '', '_rq_', /_rq(_(\d{3}))$/d),
  regex('envoy.response_code_class', '', '_rq_', /_rq_((\d))xx$/d),
  regex(
    'envoy.dynamo_partition_id',
    'http',
    '__partition_id=',
    /^http\.[^.]+\.dynamodb\.table\.[^.]+\.capacity\.[^.]+(\.__partition_id=(\w{7}))$/d,
  ),
  regex(
    'envoy.dynamo_operation',
    'http',
    '.dynamodb.',
    /^http\.[^.]+\.dynamodb\.(?:operation|table\.[^.]+\.capacity)(\.([^.]+))(?:\.|$)/d,
  ),
  tokens('mongo_callsite', 'mongo.*.collection.*.callsite.$.query.**'),
  regex('envoy.dynamo_table', 'http', '.dynamodb.', /^http\.[^.]+\.dynamodb\.(?:table|error)\.(([^.]+)\.)/d),
  tokens('mongo_collection', 'mongo.*.collection.$.**.query.*'),
  tokens('mongo_cmd', 'mongo.*.cmd.$.**'),
  tokens('grpc_bridge_method', 'cluster.*.grpc.*.$.**'),
  tokens('http_user_agent', 'http.*.user_agent.$.**'),
  tokens('virtual_cluster', 'vhost.*.vcluster.$.**'),
  tokens('fault_downstream_cluster', 'http.*.fault.$.**'),
  regex('envoy.ssl_cipher', 'listener', '.ssl.ciphers.', /^listener\..*?\.ssl\.ciphers(\.([^.]+))$/d),
  regex('cipher_suite', 'cluster', '.ssl.ciphers.', /^cluster\.[^.]+\.ssl\.ciphers(\.([^.]+))$/d),
  regex('envoy.ssl_curve', '', '.ssl.curves.', /\.ssl\.curves(\.([^.]+))$/d),
  regex('envoy.ssl_sigalg', '', '.ssl.sigalgs.', /\.ssl\.sigalgs(\.([^.]+))$/d),
  regex('envoy.ssl_version', '', '.ssl.versions.', /\.ssl\.versions(\.(.+))$/d),
  regex('envoy.tls_certificate', '', '.ssl.certificate.', /\.ssl\.certificate\.(([^.]+)\.)/d),
  tokens('grpc_bridge_service', 'cluster.*.grpc.$.**'),
  tokens('tcp_prefix', 'tcp.$.**'),
  tokens('udp_prefix', 'udp.$.**'),
  tokens('clientssl_prefix', 'auth.clientssl.$.**'),
  tokens('ratelimit_prefix', 'ratelimit.$.**'),
  tokens('cluster_name', 'cluster.$.**'),
  {
    tag: 'envoy.endpoint_address',
    root: 'cluster',
    tokens: null,
    find: endpointAddress,
    needle: '.endpoint.',
  },
  tokens('ext_authz_prefix', 'cluster.*.ext_authz.$.**'),
  tokens('ext_authz_prefix', 'http.*.ext_authz.$.**'),
  regex('envoy.rds_route_config', 'http', '.rds.', /^http\.[^.]+\.rds\.((.+?)\.)\w+$/d),
  regex('envoy.scoped_rds_config', 'http', '.scoped_rds.', /^http\.[^.]+\.scoped_rds\.((.+?)\.)\w+$/d),
  regex(
    'envoy.rbac_policy_name',
    'http',
    '.policy.',
    /^http\.[^.]+\.rbac\.(?:[^.]+\.)?policy\.(([^.]+)\.)(?:shadow_)?(?:allowed|denied)$/d,
  ),
  tokens('rbac_http_prefix', 'http.*.rbac.$.*'),
  regex('envoy.rbac_http_prefix', 'http', '.rbac.', /^http\.[^.]+\.rbac\.(([^.]+)\.)policy\./d),
  tokens('http_conn_manager_prefix', 'http.$.**'),
  regex('envoy.worker_id', 'listener', 'worker_', /^listener\..*?\.worker(_(\d+))\./d),
  regex('envoy.http_conn_manager_prefix', 'listener', '.http.', /^listener\..*?\.http\.(([^.]+)\.)/d),
  regex(
    'envoy.listener_address',
    'listener',
    '',
    /^listener\.((?!admin\.)((?:\d{1,3}\.){3}\d{1,3}_\d+|[^.]+)\.)/d,
  ),
  regex('envoy.worker_id', 'server', 'worker_', /^server\.worker(_(\d+))\./d),
  regex('envoy.worker_id', 'listener_manager', 'worker_', /^listener_manager\.worker(_(\d+))\./d),
  regex(
    'envoy.worker_id',
    'thread_local_cluster_manager',
    'worker_',
    /^thread_local_cluster_manager\.worker(_(\d+))\./d,
  ),
  tokens('virtual_host', 'vhost.$.**'),
  tokens('route', 'vhost.*.route.$.**'),
  tokens('mongo_prefix', 'mongo.$.**'),
  tokens('connection_limit_prefix', 'connection_limit.$.**'),
  tokens('rbac_prefix', '$.rbac.**'),
  tokens('redis_prefix', 'redis.$.**'),
  tokens('thrift_prefix', 'thrift.$.**'),
  tokens('local_http_ratelimit_prefix', '$.http_local_rate_limit.**'),
  tokens('local_network_ratelimit_prefix', 'local_rate_limit.$.**'),
  tokens('local_listener_ratelimit_prefix', 'listener_local_ratelimit.$.**'),
  tokens('dns_filter_prefix', 'dns_filter.$.**'),
  tokens('google_grpc_client_prefix', 'grpc.$.**'),
  tokens('xds_resource_name', 'sds.$.**'),
  regex('envoy.proxy_protocol_prefix', 'proxy_proto', '', /^proxy_proto\.((?!versions\.)([^.]+)\.)/d),
  regex(
    'envoy.proxy_protocol_version',
    'proxy_proto',
    'versions.v',
    /^proxy_proto\.(?:[^.]+\.)?(versions\.v(\d)\.)\w+$/d,
  ),
];
