import { descriptorSet } from '../../../test/support/descriptor-set.js';

type Fields = readonly (readonly [name: string, value: string])[];

/** One service with one method, as a descriptor set in base64. */
const library = descriptorSet([
  {
    name: 'books.proto',
    package: 'lab',
    messages: { Book: { id: [1, 'int64'] } },
    services: { Books: { Get: { takes: 'Book', gives: 'Book', http: ['GET /books/{id}'] } } },
  },
]).toString('base64');

/** One measured use of a built-in filter. */
export interface FilterRow {
  readonly filter: string;
  /** What it does to the request. */
  readonly does: string;
  /** Its message, as YAML. */
  readonly config: string;
  /** What the request and the response have besides. */
  readonly request?: Fields;
  readonly response?: Fields;
}

/** By filter: one row for what happens to most requests, more where something else is worth knowing. */
export const filterRows: readonly FilterRow[] = [
  { filter: 'envoy.filters.http.buffer', does: 'no body', config: '{ max_request_bytes: 1000 }' },
  {
    filter: 'envoy.filters.http.adaptive_concurrency',
    does: 'counts a request',
    config: `{ gradient_controller_config: { concurrency_limit_params: { concurrency_update_interval: 1s },
      min_rtt_calc_params: { fixed_value: 1s } } }`,
  },
  {
    filter: 'envoy.filters.http.admission_control',
    does: 'counts a good answer',
    config: '{ success_criteria: {} }',
  },
  {
    filter: 'envoy.filters.http.dynamo',
    does: 'counts an operation',
    config: '{}',
    request: [['x-amz-target', 'DynamoDB_20120810.GetItem']],
  },
  {
    filter: 'envoy.filters.http.ext_authz',
    does: 'switched off',
    config: `{ filter_enabled: { default_value: { numerator: 0 } },
      http_service: { server_uri: { uri: "http://a", cluster: a, timeout: 1s } } }`,
  },
  {
    filter: 'envoy.filters.http.bandwidth_limit',
    does: 'limits nothing',
    config: '{ stat_prefix: bench, limit_kbps: 1 }',
  },
  { filter: 'envoy.filters.http.cors', does: 'no policy', config: '{}' },
  {
    filter: 'envoy.filters.http.csrf',
    does: 'nothing to protect',
    config: '{ filter_enabled: { default_value: { numerator: 100 } } }',
  },
  {
    filter: 'envoy.filters.http.fault',
    does: 'lets pass',
    config: '{ abort: { http_status: 503, percentage: { numerator: 0 } } }',
  },
  {
    filter: 'envoy.filters.http.header_mutation',
    does: 'adds one header each way',
    config: `{ mutations: {
      request_mutations: [{ append: { header: { key: x-a, value: one } } }],
      response_mutations: [{ append: { header: { key: x-b, value: two } } }] } }`,
  },
  {
    filter: 'envoy.filters.http.local_ratelimit',
    does: 'lets pass',
    config: `{ stat_prefix: bench, token_bucket: { max_tokens: 4294967295, fill_interval: 60s },
      filter_enabled: { default_value: { numerator: 100 } }, filter_enforced: { default_value: { numerator: 100 } } }`,
  },
  {
    filter: 'envoy.filters.http.health_check',
    does: 'lets pass what is none',
    config: '{ pass_through_mode: false, headers: [{ name: ":path", string_match: { exact: /healthz } }] }',
  },
  {
    filter: 'envoy.filters.http.header_to_metadata',
    does: 'writes one header',
    config: '{ request_rules: [{ header: user-agent, on_header_present: { key: agent } }] }',
  },
  {
    filter: 'envoy.filters.http.json_to_metadata',
    does: 'another content type',
    config: `{ request_rules: { rules: [{ selectors: [{ key: a }], on_present: { key: a } }] } }`,
  },
  {
    filter: 'envoy.filters.http.stateful_session',
    does: 'finds no session',
    config: `{ session_state: { name: s, typed_config: {
      "@type": type.googleapis.com/envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState,
      cookie: { name: sid } } } }`,
  },
  {
    filter: 'envoy.filters.http.set_metadata',
    does: 'writes one structure',
    config: '{ metadata: [{ metadata_namespace: own, allow_overwrite: true, value: { a: 1 } }] }',
  },
  {
    filter: 'envoy.filters.http.set_filter_state',
    does: 'writes one value',
    config: `{ on_request_headers: [{ object_key: envoy.string,
      format_string: { text_format_source: { inline_string: '%REQ(user-agent)%' } } }] }`,
  },
  { filter: 'envoy.filters.http.cdn_loop', does: 'adds itself', config: '{ cdn_id: own }' },
  {
    filter: 'envoy.filters.http.compressor',
    does: 'compresses nothing',
    config: `{ compressor_library: { name: gzip, typed_config: {
      "@type": type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip } } }`,
    request: [['accept-encoding', 'gzip']],
    response: [['content-type', 'image/png']],
  },
  {
    filter: 'envoy.filters.http.rbac',
    does: 'one header decides',
    config: `{ rules: { policies: { p: {
      permissions: [{ header: { name: x-role, string_match: { exact: admin } } }], principals: [{ any: true }] } } } }`,
    request: [['x-role', 'admin']],
  },
  {
    filter: 'envoy.filters.http.api_key_auth',
    does: 'a known key',
    config: '{ credentials: [{ key: k, client: c }], key_sources: [{ header: x-key }] }',
    request: [['x-key', 'k']],
  },
  { filter: 'envoy.filters.http.alternate_protocols_cache', does: 'nothing to remember', config: '{}' },
  { filter: 'envoy.filters.http.on_demand', does: 'nothing to fetch', config: '{}' },
  {
    filter: 'envoy.filters.http.basic_auth',
    does: 'a known user',
    config: "{ users: { inline_string: 'user:{SHA}Ys23Ag/5IOWqZCw9QGaVDdHwH00=' } }",
    request: [['authorization', 'Basic dXNlcjpiYXI=']],
  },
  {
    filter: 'envoy.filters.http.decompressor',
    does: 'decompresses nothing',
    config: `{ decompressor_library: { name: gzip, typed_config: {
      "@type": type.googleapis.com/envoy.extensions.compression.gzip.decompressor.v3.Gzip } } }`,
  },
  { filter: 'envoy.filters.http.grpc_http1_bridge', does: 'no gRPC', config: '{}' },
  {
    filter: 'envoy.filters.http.grpc_http1_reverse_bridge',
    does: 'no gRPC',
    config: '{ content_type: application/grpc+proto, withhold_grpc_frames: true }',
  },
  { filter: 'envoy.filters.http.grpc_stats', does: 'no gRPC', config: '{ stats_for_all_methods: true }' },
  {
    filter: 'envoy.filters.http.grpc_stats',
    does: 'counts a call',
    config: '{ stats_for_all_methods: true }',
    request: [['content-type', 'application/grpc']],
    response: [['grpc-status', '0']],
  },
  { filter: 'envoy.filters.http.grpc_web', does: 'no gRPC', config: '{}' },
  {
    filter: 'envoy.filters.http.ip_tagging',
    does: 'no tag',
    config: '{ ip_tags: [{ ip_tag_name: lab, ip_list: [{ address_prefix: 10.9.0.0, prefix_len: 16 }] }] }',
  },
  {
    filter: 'envoy.filters.http.jwt_authn',
    does: 'no rule',
    config: '{ rules: [{ match: { prefix: /secret } }] }',
  },
  {
    filter: 'envoy.filters.http.credential_injector',
    does: 'sets a header',
    config: `{ credential: { name: g, typed_config: {
      "@type": type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic,
      credential: { name: token } } } }`,
  },
  {
    filter: 'envoy.filters.http.match_delegate',
    does: 'one header decides, leaves it out',
    config: `{ extension_config: { name: c, typed_config: {
        "@type": type.googleapis.com/envoy.extensions.filters.http.cdn_loop.v3.CdnLoopConfig, cdn_id: own } },
      xds_matcher: { matcher_tree: {
        input: { name: i, typed_config: {
          "@type": type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput, header_name: x-role } },
        exact_match_map: { map: { guest: { action: { name: skip, typed_config: {
          "@type": type.googleapis.com/envoy.extensions.filters.common.matcher.action.v3.SkipFilter } } } } } } } }`,
    request: [['x-role', 'guest']],
  },
  {
    filter: 'envoy.filters.http.grpc_json_transcoder',
    does: 'no method of its own',
    config: `{ proto_descriptor_bin: ${library}, services: [lab.Books], request_validation_options: {} }`,
  },
  { filter: 'envoy.filters.http.custom_response', does: 'no policy', config: '{}' },
  { filter: 'envoy.filters.http.composite', does: 'an empty place', config: '{}' },
];
