/** What the installed `.proto` files lack: HTTP filters, second half. */
export const FILTERS_HTTP_M_Z = `
message envoy.extensions.filters.http.mcp.v3.Mcp
  1 traffic_mode envoy.extensions.filters.http.mcp.v3.Mcp.TrafficMode {"defined_only":true}
  2 clear_route_cache bool
  3 max_request_body_size .UInt32Value {"lte":10485760}
  4 parser_config envoy.extensions.filters.http.mcp.v3.ParserConfig
  5 request_storage_mode envoy.extensions.filters.http.mcp.v3.Mcp.RequestStorageMode {"defined_only":true}
  6 propagate_trace_context envoy.extensions.filters.http.mcp.v3.Mcp.TraceContextPropagationConfig
  7 propagate_baggage envoy.extensions.filters.http.mcp.v3.Mcp.BaggagePropagationConfig
  8 reject_duplicate_keys .BoolValue
  9 attribute_source envoy.extensions.filters.http.mcp.v3.Mcp.AttributeSource {"defined_only":true}
  10 early_terminate_when_routable bool
  11 max_supported_protocol_version .StringValue

enum envoy.extensions.filters.http.mcp.v3.Mcp.AttributeSource
  0 BODY
  1 VERIFY
  2 HEADERS

message envoy.extensions.filters.http.mcp.v3.Mcp.BaggagePropagationConfig

enum envoy.extensions.filters.http.mcp.v3.Mcp.RequestStorageMode
  0 MODE_UNSPECIFIED
  1 DYNAMIC_METADATA
  2 FILTER_STATE
  3 DYNAMIC_METADATA_AND_FILTER_STATE

message envoy.extensions.filters.http.mcp.v3.Mcp.TraceContextPropagationConfig

enum envoy.extensions.filters.http.mcp.v3.Mcp.TrafficMode
  0 PASS_THROUGH
  1 REJECT_NO_MCP
  2 NOOP

message envoy.extensions.filters.http.mcp.v3.McpOverride
  1 traffic_mode envoy.extensions.filters.http.mcp.v3.Mcp.TrafficMode {"defined_only":true}
  2 max_request_body_size .UInt32Value {"lte":10485760}
  3 clear_route_cache bool
  4 parser_config envoy.extensions.filters.http.mcp.v3.ParserConfig
  5 request_storage_mode envoy.extensions.filters.http.mcp.v3.Mcp.RequestStorageMode {"defined_only":true}
  6 reject_duplicate_keys bool

message envoy.extensions.filters.http.mcp.v3.ParserConfig
  1 methods repeated envoy.extensions.filters.http.mcp.v3.ParserConfig.MethodConfig
  2 group_metadata_key string

message envoy.extensions.filters.http.mcp.v3.ParserConfig.AttributeExtractionRule
  1 path string {"min_len":1}

message envoy.extensions.filters.http.mcp.v3.ParserConfig.MethodConfig
  1 method string {"min_len":1}
  2 group string
  3 extraction_rules repeated envoy.extensions.filters.http.mcp.v3.ParserConfig.AttributeExtractionRule

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.CacheConfig
  1 ttl .Duration {"gte":0}
  2 cache_scope envoy.extensions.filters.http.mcp_json_rest_bridge.v3.CacheScope {"defined_only":true}

enum envoy.extensions.filters.http.mcp_json_rest_bridge.v3.CacheScope
  0 CACHE_SCOPE_UNSPECIFIED
  1 CACHE_SCOPE_PUBLIC
  2 CACHE_SCOPE_PRIVATE

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.HttpRule
  1 get string
  2 put string
  3 post string
  4 delete string
  5 patch string
  6 body string
  7 bindings repeated envoy.extensions.filters.http.mcp_json_rest_bridge.v3.HttpRule.ParameterBinding

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.HttpRule.ParameterBinding
  1 type envoy.extensions.filters.http.mcp_json_rest_bridge.v3.HttpRule.ParameterBinding.Type
  2 name string {"max_bytes":16384,"min_len":1,"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  3 argument_path string {"min_len":1}

enum envoy.extensions.filters.http.mcp_json_rest_bridge.v3.HttpRule.ParameterBinding.Type
  0 TYPE_UNSPECIFIED
  1 HEADER
  2 COOKIE

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.McpJsonRestBridge
  1 server_info envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ServerInfo
  2 tool_config envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ServerToolConfig
  3 max_request_body_size .UInt32Value
  4 max_response_body_size .UInt32Value
  5 request_storage_mode envoy.extensions.filters.http.mcp_json_rest_bridge.v3.McpJsonRestBridge.RequestStorageMode {"defined_only":true}
  6 trace_context_extraction envoy.extensions.filters.http.mcp_json_rest_bridge.v3.TraceContextExtractionOptions
  7 disable_clear_route_cache bool
  8 per_route_only bool

enum envoy.extensions.filters.http.mcp_json_rest_bridge.v3.McpJsonRestBridge.RequestStorageMode
  0 MODE_UNSPECIFIED
  1 DYNAMIC_METADATA

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.McpJsonRestBridgePerRoute
  1 tool_config repeated envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ServerToolConfig

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.McpServerInfo
  1 path string
  2 host string

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ServerInfo
  1 max_supported_protocol_version .StringValue {"in":["2025-11-25","2026-07-28"]}
  2 description string
  3 fallback_protocol_version .StringValue
  4 server_discovery_cache_config envoy.extensions.filters.http.mcp_json_rest_bridge.v3.CacheConfig

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ServerToolConfig
  oneof tool_list_config
  1 tools repeated envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ToolConfig
  2 list_changed bool
  3 tool_list_http_rule envoy.extensions.filters.http.mcp_json_rest_bridge.v3.HttpRule of tool_list_config
  4 tool_list_local envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ToolsListLocal of tool_list_config
  5 default_server_info envoy.extensions.filters.http.mcp_json_rest_bridge.v3.McpServerInfo

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ToolConfig
  1 name string {"min_len":1}
  2 http_rule envoy.extensions.filters.http.mcp_json_rest_bridge.v3.HttpRule
  3 tool_list_config envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ToolsListSpecificConfig
  4 text_content_streaming_enabled bool
  5 server_info repeated envoy.extensions.filters.http.mcp_json_rest_bridge.v3.McpServerInfo

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ToolsListLocal

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.ToolsListSpecificConfig
  1 title string
  2 description string
  3 input_schema string

message envoy.extensions.filters.http.mcp_json_rest_bridge.v3.TraceContextExtractionOptions

message envoy.extensions.filters.http.mcp_router.v3.DynamicMetadataSource
  1 key envoy.type.metadata.v3.MetadataKey {"required":true}

message envoy.extensions.filters.http.mcp_router.v3.HeaderSource
  1 name string {"min_len":1,"well_known_regex":"HTTP_HEADER_NAME"}

message envoy.extensions.filters.http.mcp_router.v3.IdentityExtractor
  1 header envoy.extensions.filters.http.mcp_router.v3.HeaderSource
  2 dynamic_metadata envoy.extensions.filters.http.mcp_router.v3.DynamicMetadataSource

message envoy.extensions.filters.http.mcp_router.v3.McpRouter
  1 servers repeated envoy.extensions.filters.http.mcp_router.v3.McpRouter.McpBackend
  2 session_identity envoy.extensions.filters.http.mcp_router.v3.SessionIdentity
  3 lazy_initialization bool

message envoy.extensions.filters.http.mcp_router.v3.McpRouter.HeaderForwarding
  1 forward_all bool
  2 allowed_headers envoy.type.matcher.v3.ListStringMatcher
  3 disallowed_headers envoy.type.matcher.v3.ListStringMatcher

message envoy.extensions.filters.http.mcp_router.v3.McpRouter.McpBackend
  1 name string
  2 mcp_cluster envoy.extensions.filters.http.mcp_router.v3.McpRouter.McpCluster
  3 header_forwarding envoy.extensions.filters.http.mcp_router.v3.McpRouter.HeaderForwarding

message envoy.extensions.filters.http.mcp_router.v3.McpRouter.McpCluster
  1 cluster string {"min_len":1}
  2 path string
  3 timeout .Duration
  4 host_rewrite_literal string

message envoy.extensions.filters.http.mcp_router.v3.SessionIdentity
  1 identity envoy.extensions.filters.http.mcp_router.v3.IdentityExtractor {"required":true}
  2 validation envoy.extensions.filters.http.mcp_router.v3.ValidationPolicy

message envoy.extensions.filters.http.mcp_router.v3.ValidationPolicy
  1 mode envoy.extensions.filters.http.mcp_router.v3.ValidationPolicy.Mode {"defined_only":true}

enum envoy.extensions.filters.http.mcp_router.v3.ValidationPolicy.Mode
  0 MODE_UNSPECIFIED
  1 DISABLED
  2 ENFORCE

message envoy.extensions.filters.http.oauth2.v3.CookieConfig
  1 same_site envoy.extensions.filters.http.oauth2.v3.CookieConfig.SameSite {"defined_only":true}
  2 path string {"pattern":"^$|^/[^\\\\x00-\\\\x1f\\\\x7f \\",;<>\\\\\\\\]*$"}
  3 partitioned bool

enum envoy.extensions.filters.http.oauth2.v3.CookieConfig.SameSite
  0 DISABLED
  1 STRICT
  2 LAX
  3 NONE

message envoy.extensions.filters.http.oauth2.v3.CookieConfigs
  1 bearer_token_cookie_config envoy.extensions.filters.http.oauth2.v3.CookieConfig
  2 oauth_hmac_cookie_config envoy.extensions.filters.http.oauth2.v3.CookieConfig
  3 oauth_expires_cookie_config envoy.extensions.filters.http.oauth2.v3.CookieConfig
  4 id_token_cookie_config envoy.extensions.filters.http.oauth2.v3.CookieConfig
  5 refresh_token_cookie_config envoy.extensions.filters.http.oauth2.v3.CookieConfig
  6 oauth_nonce_cookie_config envoy.extensions.filters.http.oauth2.v3.CookieConfig
  7 code_verifier_cookie_config envoy.extensions.filters.http.oauth2.v3.CookieConfig

message envoy.extensions.filters.http.oauth2.v3.OAuth2Config
  18 retry_policy envoy.config.core.v3.RetryPolicy
  23 end_session_endpoint string
  33 post_logout_redirect_uri envoy.extensions.filters.http.oauth2.v3.PostLogoutRedirectUri
  31 forward_id_token envoy.extensions.filters.http.oauth2.v3.OAuth2TokenForwarding
  19 disable_access_token_set_cookie bool
  20 disable_refresh_token_set_cookie bool
  21 cookie_configs envoy.extensions.filters.http.oauth2.v3.CookieConfigs
  22 stat_prefix string
  24 csrf_token_expires_in .Duration
  25 code_verifier_token_expires_in .Duration
  26 disable_token_encryption bool
  27 allow_failed_matcher repeated envoy.config.route.v3.HeaderMatcher
  28 original_request_uri string
  29 allowed_redirect_domains repeated string
  30 use_access_token_expiry_for_id_token_cookie bool
  32 private_key_jwt_config envoy.extensions.filters.http.oauth2.v3.PrivateKeyJwtConfig
  34 token_cookie_chunking envoy.extensions.filters.http.oauth2.v3.TokenCookieChunking

enum envoy.extensions.filters.http.oauth2.v3.OAuth2Config.AuthType
  2 TLS_CLIENT_AUTH
  3 PRIVATE_KEY_JWT

message envoy.extensions.filters.http.oauth2.v3.OAuth2Credentials
  2 token_secret envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig
  5 cookie_domain string {"pattern":"^$|^[^\\\\x00-\\\\x1f\\\\x7f \\",;<>\\\\\\\\]+$"}

message envoy.extensions.filters.http.oauth2.v3.OAuth2Credentials.CookieNames
  6 oauth_nonce string {"ignore_empty":true,"well_known_regex":"HTTP_HEADER_NAME"}
  7 code_verifier string {"ignore_empty":true,"well_known_regex":"HTTP_HEADER_NAME"}

message envoy.extensions.filters.http.oauth2.v3.OAuth2PerRoute
  1 config envoy.extensions.filters.http.oauth2.v3.OAuth2Config {"required":true}

message envoy.extensions.filters.http.oauth2.v3.OAuth2TokenForwarding
  1 header string {"min_len":1,"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}

message envoy.extensions.filters.http.oauth2.v3.PostLogoutRedirectUri
  oneof config required
  1 disabled bool of config {"const":true}
  2 uri string of config {"min_len":1}

message envoy.extensions.filters.http.oauth2.v3.PrivateKeyJwtConfig
  1 signing_algorithm envoy.extensions.filters.http.oauth2.v3.PrivateKeyJwtConfig.SigningAlgorithm {"defined_only":true}
  2 assertion_lifetime .Duration {"gte":1000}
  3 assertion_audience string

enum envoy.extensions.filters.http.oauth2.v3.PrivateKeyJwtConfig.SigningAlgorithm
  0 RS256
  1 RS384
  2 RS512
  3 ES256
  4 ES384
  5 ES512

message envoy.extensions.filters.http.oauth2.v3.TokenCookieChunking
  1 max_cookie_size .UInt32Value {"gte":512,"lte":4096}
  2 max_chunks .UInt32Value {"gte":2,"lte":16}

message envoy.extensions.filters.http.on_demand.v3.OnDemandCds
  1 source envoy.config.core.v3.ConfigSource

message envoy.extensions.filters.http.proto_api_scrubber.v3.DescriptorSet
  1 data_source envoy.config.core.v3.DataSource

message envoy.extensions.filters.http.proto_api_scrubber.v3.MessageRestrictions
  1 config envoy.extensions.filters.http.proto_api_scrubber.v3.RestrictionConfig
  2 field_restrictions map<string,envoy.extensions.filters.http.proto_api_scrubber.v3.RestrictionConfig>

message envoy.extensions.filters.http.proto_api_scrubber.v3.MethodRestrictions
  1 request_field_restrictions map<string,envoy.extensions.filters.http.proto_api_scrubber.v3.RestrictionConfig>
  2 response_field_restrictions map<string,envoy.extensions.filters.http.proto_api_scrubber.v3.RestrictionConfig>
  3 method_restriction envoy.extensions.filters.http.proto_api_scrubber.v3.RestrictionConfig

message envoy.extensions.filters.http.proto_api_scrubber.v3.ProtoApiScrubberConfig
  1 descriptor_set envoy.extensions.filters.http.proto_api_scrubber.v3.DescriptorSet
  2 restrictions envoy.extensions.filters.http.proto_api_scrubber.v3.Restrictions
  3 filtering_mode envoy.extensions.filters.http.proto_api_scrubber.v3.ProtoApiScrubberConfig.FilteringMode
  4 scrub_unknown_fields bool

enum envoy.extensions.filters.http.proto_api_scrubber.v3.ProtoApiScrubberConfig.FilteringMode
  0 OVERRIDE

message envoy.extensions.filters.http.proto_api_scrubber.v3.RemoveFieldAction

message envoy.extensions.filters.http.proto_api_scrubber.v3.RestrictionConfig
  1 matcher xds.type.matcher.v3.Matcher

message envoy.extensions.filters.http.proto_api_scrubber.v3.Restrictions
  1 method_restrictions map<string,envoy.extensions.filters.http.proto_api_scrubber.v3.MethodRestrictions>
  2 message_restrictions map<string,envoy.extensions.filters.http.proto_api_scrubber.v3.MessageRestrictions>

message envoy.extensions.filters.http.proto_message_extraction.v3.MethodExtraction
  2 request_extraction_by_field map<string,envoy.extensions.filters.http.proto_message_extraction.v3.MethodExtraction.ExtractDirective>
  3 response_extraction_by_field map<string,envoy.extensions.filters.http.proto_message_extraction.v3.MethodExtraction.ExtractDirective>

enum envoy.extensions.filters.http.proto_message_extraction.v3.MethodExtraction.ExtractDirective
  0 ExtractDirective_UNSPECIFIED
  1 EXTRACT
  2 EXTRACT_REDACT
  3 EXTRACT_REPEATED_CARDINALITY

message envoy.extensions.filters.http.proto_message_extraction.v3.ProtoMessageExtractionConfig
  oneof descriptor_set
  1 data_source envoy.config.core.v3.DataSource of descriptor_set
  2 proto_descriptor_typed_metadata string of descriptor_set
  3 mode envoy.extensions.filters.http.proto_message_extraction.v3.ProtoMessageExtractionConfig.ExtractMode
  4 extraction_by_method map<string,envoy.extensions.filters.http.proto_message_extraction.v3.MethodExtraction>

enum envoy.extensions.filters.http.proto_message_extraction.v3.ProtoMessageExtractionConfig.ExtractMode
  0 ExtractMode_UNSPECIFIED
  1 FIRST_AND_LAST

message envoy.extensions.filters.http.ratelimit.v3.RateLimit
  14 filter_enabled envoy.config.core.v3.RuntimeFractionalPercent
  15 filter_enforced envoy.config.core.v3.RuntimeFractionalPercent
  16 failure_mode_deny_percent envoy.config.core.v3.RuntimeFractionalPercent
  17 rate_limits repeated envoy.config.route.v3.RateLimit
  18 metadata_namespace string
  19 enable_retry_after_header bool

message envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute
  3 rate_limits repeated envoy.config.route.v3.RateLimit hidden

message envoy.extensions.filters.http.router.v3.Router
  10 reject_connect_request_early_data .BoolValue

message envoy.extensions.filters.http.set_filter_state.v3.Config
  2 clear_route_cache bool

message envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata
  1 response_rules envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata.ProcessingRules {"required":true}

message envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata.ProcessingRules
  1 content_parser envoy.config.core.v3.TypedExtensionConfig {"required":true}
  2 max_event_size .UInt32Value {"lte":10485760}

message envoy.extensions.filters.http.stateful_session.v3.StatefulSession
  3 stat_prefix string
  4 status_on_strict_destination_not_found uint32

message envoy.extensions.filters.http.tap.v3.Tap
  4 record_upstream_connection bool

message envoy.extensions.filters.http.transform.v3.BodyTransformation
  1 body_format envoy.config.core.v3.SubstitutionFormatString {"required":true}
  2 action envoy.extensions.filters.http.transform.v3.BodyTransformation.TransformAction

enum envoy.extensions.filters.http.transform.v3.BodyTransformation.TransformAction
  0 MERGE
  1 REPLACE

message envoy.extensions.filters.http.transform.v3.TransformConfig
  1 request_transformation envoy.extensions.filters.http.transform.v3.Transformation
  2 response_transformation envoy.extensions.filters.http.transform.v3.Transformation
  3 clear_cluster_cache bool
  4 clear_route_cache bool

message envoy.extensions.filters.http.transform.v3.Transformation
  1 headers_mutations repeated envoy.config.common.mutation_rules.v3.HeaderMutation
  2 body_transformation envoy.extensions.filters.http.transform.v3.BodyTransformation
`;
