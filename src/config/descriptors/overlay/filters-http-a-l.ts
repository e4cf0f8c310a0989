/** What the installed `.proto` files lack: HTTP filters, first half. */
export const FILTERS_HTTP_A_L = `
message envoy.extensions.filters.http.a2a.v3.A2a
  1 traffic_mode envoy.extensions.filters.http.a2a.v3.A2a.TrafficMode {"defined_only":true}
  3 max_request_body_size .UInt32Value {"lte":10485760}
  4 parser_config envoy.extensions.filters.http.a2a.v3.ParserConfig
  5 storage_mode envoy.extensions.filters.http.a2a.v3.A2a.StorageMode {"defined_only":true}

enum envoy.extensions.filters.http.a2a.v3.A2a.StorageMode
  0 NONE
  1 DYNAMIC_METADATA
  2 FILTER_STATE
  3 DYNAMIC_METADATA_AND_FILTER_STATE

enum envoy.extensions.filters.http.a2a.v3.A2a.TrafficMode
  0 PASS_THROUGH
  1 REJECT

message envoy.extensions.filters.http.a2a.v3.MethodParsingConfig
  1 group string
  2 paths repeated string

message envoy.extensions.filters.http.a2a.v3.ParserConfig
  1 method_configs map<string,envoy.extensions.filters.http.a2a.v3.MethodParsingConfig>
  2 always_extract_attributes repeated string
  3 group_metadata_key string

message envoy.extensions.filters.http.adaptive_concurrency.v3.GradientControllerConfig.ConcurrencyLimitCalculationParams
  4 min_concurrency_limit .UInt32Value {"gt":0}

message envoy.extensions.filters.http.adaptive_concurrency.v3.GradientControllerConfig.MinimumRTTCalculationParams
  1 interval .Duration {"gte":1}
  6 fixed_value .Duration {"gt":0}

message envoy.extensions.filters.http.ai_protocol_manager.v3.AiProtocolManager
  1 request_handling envoy.extensions.filters.http.ai_protocol_manager.v3.RequestHandling
  2 response_handling envoy.extensions.filters.http.ai_protocol_manager.v3.ResponseHandling
  3 filters repeated envoy.config.core.v3.TypedExtensionConfig

message envoy.extensions.filters.http.ai_protocol_manager.v3.AiProtocolManagerPerRoute
  1 request envoy.extensions.filters.http.ai_protocol_manager.v3.RequestPerRoute
  2 response envoy.extensions.filters.http.ai_protocol_manager.v3.ResponsePerRoute

message envoy.extensions.filters.http.ai_protocol_manager.v3.RequestHandling
  1 parse_unconfigured_routes bool
  2 limits envoy.extensions.filters.http.ai_protocol_manager.v3.RequestParsingLimits
  3 reserialize_body envoy.extensions.filters.http.ai_protocol_manager.v3.RequestHandling.BodyReserialization {"defined_only":true}

enum envoy.extensions.filters.http.ai_protocol_manager.v3.RequestHandling.BodyReserialization
  0 ALWAYS
  1 DISABLE

message envoy.extensions.filters.http.ai_protocol_manager.v3.RequestParsingLimits
  1 inline_string_threshold_bytes .UInt32Value {"gte":64,"lte":1048576}

message envoy.extensions.filters.http.ai_protocol_manager.v3.RequestPerRoute
  1 llm_protocol envoy.type.ai.v3.LLMProtocol {"defined_only":true}

message envoy.extensions.filters.http.ai_protocol_manager.v3.ResponseHandling
  1 token_usage envoy.extensions.filters.http.ai_protocol_manager.v3.TokenUsageExtraction

message envoy.extensions.filters.http.ai_protocol_manager.v3.ResponsePerRoute
  1 llm_protocol envoy.type.ai.v3.LLMProtocol {"defined_only":true}

message envoy.extensions.filters.http.ai_protocol_manager.v3.TokenUsageExtraction
  1 include_unconfigured_routes bool
  2 default_llm_protocol envoy.type.ai.v3.LLMProtocol {"defined_only":true}
  3 metadata_namespace string
  4 limits envoy.extensions.filters.http.ai_protocol_manager.v3.TokenUsageExtractionLimits
  5 usage_signal envoy.extensions.filters.http.ai_protocol_manager.v3.TokenUsageExtraction.UsageSignal {"defined_only":true}

enum envoy.extensions.filters.http.ai_protocol_manager.v3.TokenUsageExtraction.UsageSignal
  0 USAGE_SIGNAL_UNSPECIFIED
  1 SYNTHESIZE_TRAILERS

message envoy.extensions.filters.http.ai_protocol_manager.v3.TokenUsageExtractionLimits
  1 max_sse_event_size .UInt32Value {"gte":1,"lte":10485760}
  2 max_json_body_size .UInt32Value {"gte":1,"lte":10485760}
  3 max_parsed_sse_events .UInt32Value {"gte":1}

message envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth
  1 credentials repeated envoy.extensions.filters.http.api_key_auth.v3.Credential sensitive
  2 key_sources repeated envoy.extensions.filters.http.api_key_auth.v3.KeySource
  3 forwarding envoy.extensions.filters.http.api_key_auth.v3.Forwarding

message envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute
  1 credentials repeated envoy.extensions.filters.http.api_key_auth.v3.Credential sensitive
  2 key_sources repeated envoy.extensions.filters.http.api_key_auth.v3.KeySource
  3 allowed_clients repeated string
  4 forwarding envoy.extensions.filters.http.api_key_auth.v3.Forwarding

message envoy.extensions.filters.http.api_key_auth.v3.Credential
  1 key string {"min_len":1}
  2 client string {"min_len":1}

message envoy.extensions.filters.http.api_key_auth.v3.Forwarding
  1 header string {"max_len":1024,"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  2 hide_credentials bool

message envoy.extensions.filters.http.api_key_auth.v3.KeySource
  1 header string {"ignore_empty":true,"max_len":1024,"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  2 query string {"max_len":1024}
  3 cookie string {"ignore_empty":true,"max_len":1024,"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}

message envoy.extensions.filters.http.aws_eventstream_parser.v3.AwsEventstreamParser
  1 response_rules envoy.extensions.filters.http.aws_eventstream_parser.v3.AwsEventstreamParser.ProcessingRules {"required":true}

message envoy.extensions.filters.http.aws_eventstream_parser.v3.AwsEventstreamParser.HeaderKeyValuePair
  1 metadata_namespace string
  2 key string {"min_len":1}
  3 value .Value

message envoy.extensions.filters.http.aws_eventstream_parser.v3.AwsEventstreamParser.HeaderRule
  1 header_name string {"min_len":1}
  2 on_present envoy.extensions.filters.http.aws_eventstream_parser.v3.AwsEventstreamParser.HeaderKeyValuePair
  3 on_missing envoy.extensions.filters.http.aws_eventstream_parser.v3.AwsEventstreamParser.HeaderKeyValuePair
  4 stop_processing_after_matches .UInt32Value {"lte":1}

message envoy.extensions.filters.http.aws_eventstream_parser.v3.AwsEventstreamParser.ProcessingRules
  1 content_parser envoy.config.core.v3.TypedExtensionConfig {"required":true}
  2 header_rules repeated envoy.extensions.filters.http.aws_eventstream_parser.v3.AwsEventstreamParser.HeaderRule

message envoy.extensions.filters.http.aws_lambda.v3.Config
  7 match_excluded_headers repeated envoy.type.matcher.v3.StringMatcher
  8 match_included_headers repeated envoy.type.matcher.v3.StringMatcher

message envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning
  8 credential_provider envoy.extensions.common.aws.v3.AwsCredentialProvider
  9 match_included_headers repeated envoy.type.matcher.v3.StringMatcher

message envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare
  1 request_limit envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare.Limit
  2 response_limit envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare.Limit
  3 fill_interval .Duration {"gte":20,"lte":1000}
  4 enable_response_trailers bool
  5 response_trailer_prefix string {"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  6 tenant_name_selector xds.type.matcher.v3.Matcher
  7 tenant_configs map<string,envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare.TenantConfig>
  8 default_tenant_config envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare.TenantConfig

message envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare.Limit
  1 bucket_id string
  2 kbps envoy.config.core.v3.RuntimeUInt32 {"required":true}

message envoy.extensions.filters.http.bandwidth_share.v3.BandwidthShare.TenantConfig
  1 weight uint32
  2 include_stats_tag bool

message envoy.extensions.filters.http.basic_auth.v3.BasicAuth
  3 authentication_header string {"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  4 allow_missing bool
  5 emit_dynamic_metadata bool
  6 realm string {"pattern":"^[^\\\\x00-\\\\x1f\\\\x7f]*$"}

message envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute
  2 realm string {"pattern":"^[^\\\\x00-\\\\x1f\\\\x7f]*$"}

message envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit
  1 max_request_bytes .UInt64Value {"gt":0}

message envoy.extensions.filters.http.cache_v2.v3.CacheV2Config
  1 typed_config .Any
  5 disabled .BoolValue
  2 allowed_vary_headers repeated envoy.type.matcher.v3.StringMatcher
  3 key_creator_params envoy.extensions.filters.http.cache_v2.v3.CacheV2Config.KeyCreatorParams
  4 max_body_bytes uint32
  6 ignore_request_cache_control_header bool
  7 override_upstream_cluster string

message envoy.extensions.filters.http.cache_v2.v3.CacheV2Config.KeyCreatorParams
  1 exclude_scheme bool
  2 exclude_host bool
  3 query_parameters_included repeated envoy.config.route.v3.QueryParameterMatcher
  4 query_parameters_excluded repeated envoy.config.route.v3.QueryParameterMatcher

message envoy.extensions.filters.http.composite.v3.Composite
  1 named_filter_chains map<string,envoy.extensions.filters.http.composite.v3.FilterChainConfiguration>
  2 matcher xds.type.matcher.v3.Matcher

message envoy.extensions.filters.http.composite.v3.CompositePerRoute
  1 matcher xds.type.matcher.v3.Matcher {"required":true}

message envoy.extensions.filters.http.composite.v3.ExecuteFilterAction
  4 filter_chain envoy.extensions.filters.http.composite.v3.FilterChainConfiguration
  5 filter_chain_name string

message envoy.extensions.filters.http.composite.v3.FilterChainConfiguration
  1 typed_config repeated envoy.config.core.v3.TypedExtensionConfig

message envoy.extensions.filters.http.compressor.v3.Compressor.CommonDirectionConfig
  3 content_type repeated string deprecated
  4 content_type_matcher repeated envoy.type.matcher.v3.StringMatcher

message envoy.extensions.filters.http.compressor.v3.Compressor.ResponseDirectionConfig
  6 weaken_etag_on_compress bool
  4 uncompressible_response_codes repeated uint32 {"items":{"gte":200,"lt":600},"unique":true}
  5 status_header_enabled bool

message envoy.extensions.filters.http.compressor.v3.CompressorOverrides
  2 compressor_library envoy.config.core.v3.TypedExtensionConfig

message envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig
  4 allow_dynamic_host_from_filter_state bool

message envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig
  2 filter_name string
  3 filter_config .Any
  4 terminal_filter bool

message envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilterPerRoute
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig
  2 per_route_config_name string deprecated
  4 filter_name string
  3 filter_config .Any

message envoy.extensions.filters.http.ext_authz.v3.CheckSettings
  oneof service_override
  4 grpc_service envoy.config.core.v3.GrpcService of service_override
  5 http_service envoy.extensions.filters.http.ext_authz.v3.HttpService of service_override
  6 emit_client_span .BoolValue

message envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
  34 clear_route_cache_headers repeated string {"items":{"min_len":1,"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}}
  28 filter_metadata .Struct
  29 emit_filter_state_stats bool
  30 max_denied_response_body_bytes uint32
  31 enforce_response_header_limits bool
  32 shadow_mode bool
  33 emit_client_span .BoolValue

message envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
  1 disabled bool of override

message envoy.extensions.filters.http.ext_authz.v3.HttpService
  10 path_override string
  9 retry_policy envoy.config.core.v3.RetryPolicy

message envoy.extensions.filters.http.ext_authz.v3.ShadowDecision
  1 check_result envoy.extensions.filters.http.ext_authz.v3.ShadowDecision.CheckResult
  2 status_code uint32 {"gte":100,"ignore_empty":true,"lte":599}
  3 response_headers repeated envoy.config.core.v3.HeaderValue

enum envoy.extensions.filters.http.ext_authz.v3.ShadowDecision.CheckResult
  0 UNSPECIFIED
  1 OK
  2 DENIED
  3 ERROR

message envoy.extensions.filters.http.ext_proc.v3.ExtProcHttpService
  1 http_service envoy.config.core.v3.HttpService

message envoy.extensions.filters.http.ext_proc.v3.ExtProcOverrides
  2 async_mode bool deprecated hidden
  8 failure_mode_allow .BoolValue
  9 processing_request_modifier envoy.config.core.v3.TypedExtensionConfig
  10 emit_client_span .BoolValue

message envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
  1 grpc_service envoy.config.core.v3.GrpcService
  20 http_service envoy.extensions.filters.http.ext_proc.v3.ExtProcHttpService
  21 send_body_without_waiting_for_header_response bool
  22 allowed_override_modes repeated envoy.extensions.filters.http.ext_proc.v3.ProcessingMode
  25 processing_request_modifier envoy.config.core.v3.TypedExtensionConfig
  23 on_processing_response envoy.config.core.v3.TypedExtensionConfig
  24 status_on_error envoy.type.v3.HttpStatus
  26 allow_content_length_header bool
  27 emit_client_span .BoolValue

message envoy.extensions.filters.http.ext_proc.v3.MetadataOptions
  3 cluster_metadata_forwarding_namespaces envoy.extensions.filters.http.ext_proc.v3.MetadataOptions.MetadataNamespaces

enum envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode
  4 FULL_DUPLEX_STREAMED
  5 GRPC

message envoy.extensions.filters.http.fault.v3.FaultAbort
  6 response_body string

message envoy.extensions.filters.http.file_server.v3.FileServerConfig
  1 manager_config envoy.extensions.common.async_files.v3.AsyncFileManagerConfig {"required":true}
  2 path_mappings repeated envoy.extensions.filters.http.file_server.v3.FileServerConfig.PathMapping
  3 content_types map<string,string> {"keys":{"pattern":"^[a-z0-9_\\\\-]*$"}}
  4 default_content_type string
  5 directory_behaviors repeated envoy.extensions.filters.http.file_server.v3.FileServerConfig.DirectoryBehavior

message envoy.extensions.filters.http.file_server.v3.FileServerConfig.DirectoryBehavior
  1 default_file string {"pattern":"^[^/]*$"}
  2 list envoy.extensions.filters.http.file_server.v3.FileServerConfig.DirectoryBehavior.List

message envoy.extensions.filters.http.file_server.v3.FileServerConfig.DirectoryBehavior.List

message envoy.extensions.filters.http.file_server.v3.FileServerConfig.PathMapping
  1 request_path_prefix string {"min_len":1}
  2 file_path_prefix string {"min_len":1}

message envoy.extensions.filters.http.filter_chain.v3.FilterChain
  1 filters repeated envoy.config.core.v3.TypedExtensionConfig {"min_items":1}

message envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig
  1 default_filter_chain envoy.extensions.filters.http.filter_chain.v3.FilterChain

message envoy.extensions.filters.http.filter_chain.v3.FilterChainConfigPerRoute
  1 filter_chain envoy.extensions.filters.http.filter_chain.v3.FilterChain {"required":true}

message envoy.extensions.filters.http.gcp_authn.v3.Audience
  1 url string
  2 access_token envoy.extensions.filters.http.gcp_authn.v3.Audience.AccessToken
  3 bound_jwt envoy.extensions.filters.http.gcp_authn.v3.Audience.BoundJwt
  4 bound_access_token envoy.extensions.filters.http.gcp_authn.v3.Audience.BoundAccessToken
  5 iam_access_token envoy.extensions.filters.http.gcp_authn.v3.Audience.IAMAccessToken

message envoy.extensions.filters.http.gcp_authn.v3.Audience.AccessToken
  1 scopes repeated string {"items":{"min_len":1,"pattern":"^[^\\\\s,]+$"}}

message envoy.extensions.filters.http.gcp_authn.v3.Audience.BoundAccessToken
  1 scopes repeated string {"items":{"min_len":1,"pattern":"^[^\\\\s,]+$"}}

message envoy.extensions.filters.http.gcp_authn.v3.Audience.BoundJwt
  1 url string {"min_len":1}

message envoy.extensions.filters.http.gcp_authn.v3.Audience.IAMAccessToken
  1 account string {"min_len":1}
  2 authorization string {"min_len":1}
  3 scopes repeated string

message envoy.extensions.filters.http.gcp_authn.v3.GcpAuthnFilterConfig
  7 token_metadata_key string
  8 audience envoy.extensions.filters.http.gcp_authn.v3.Audience

message envoy.extensions.filters.http.gcp_authn.v3.TokenHeader
  1 name string {"ignore_empty":true,"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  3 preserve_existing envoy.extensions.filters.http.gcp_authn.v3.TokenHeader.PreserveExisting

message envoy.extensions.filters.http.gcp_authn.v3.TokenHeader.PreserveExisting

message envoy.extensions.filters.http.geoip.v3.Geoip
  4 custom_header_config envoy.extensions.filters.http.geoip.v3.Geoip.CustomHeaderConfig

message envoy.extensions.filters.http.geoip.v3.Geoip.CustomHeaderConfig
  1 header_name string {"min_len":1}

message envoy.extensions.filters.http.grpc_field_extraction.v3.RequestFieldValueDisposition
  2 metadata_key string

message envoy.extensions.filters.http.grpc_json_reverse_transcoder.v3.GrpcJsonReverseTranscoder
  1 descriptor_path string
  2 descriptor_binary bytes
  3 max_request_body_size .UInt32Value {"gt":0}
  4 max_response_body_size .UInt32Value {"gt":0}
  5 api_version_header string
  6 request_json_print_options envoy.extensions.filters.http.grpc_json_reverse_transcoder.v3.GrpcJsonReverseTranscoder.PrintOptions

message envoy.extensions.filters.http.grpc_json_reverse_transcoder.v3.GrpcJsonReverseTranscoder.PrintOptions
  1 always_print_primitive_fields bool
  2 always_print_enums_as_ints bool
  3 use_canonical_field_names bool

message envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder.PrintOptions
  6 stream_sse_style_delimited bool

message envoy.extensions.filters.http.header_mutation.v3.Mutations
  3 query_parameter_mutations repeated envoy.config.core.v3.KeyValueMutation
  4 response_trailers_mutations repeated envoy.config.common.mutation_rules.v3.HeaderMutation
  5 request_trailers_mutations repeated envoy.config.common.mutation_rules.v3.HeaderMutation
  6 formatters repeated envoy.config.core.v3.TypedExtensionConfig

message envoy.extensions.filters.http.header_to_metadata.v3.Config
  3 stat_prefix string

message envoy.extensions.filters.http.ip_tagging.v3.IPTagging
  4 ip_tags repeated envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IPTag
  5 ip_tag_header envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IpTagHeader
  6 ip_tags_datasource envoy.config.core.v3.DataSource

message envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IPTags
  1 ip_tags repeated envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IPTag

message envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IpTagHeader
  1 header string {"min_len":1,"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  2 action envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IpTagHeader.HeaderAction

enum envoy.extensions.filters.http.ip_tagging.v3.IPTagging.IpTagHeader.HeaderAction
  0 SANITIZE
  1 APPEND_IF_EXISTS_OR_ADD

message envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation
  1 verification_status_header string

message envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication
  7 stat_prefix string

message envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig
  2 jwt_max_token_size uint32

message envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader
  2 claim_name string
  3 claim_path repeated envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment

message envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment
  1 key string {"min_len":1}

message envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement
  7 extract_only_without_validation envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation of requires_type

message envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit
  17 rate_limits repeated envoy.config.route.v3.RateLimit
  18 max_dynamic_descriptors .UInt32Value {"gte":1}
  19 enable_retry_after_header bool

message envoy.extensions.filters.http.lua.v3.Lua
  5 clear_route_cache .BoolValue
  6 filter_context .Struct
  7 package_paths repeated string {"items":{"min_len":1}}
  8 package_cpaths repeated string {"items":{"min_len":1}}
  9 shared_vm_id string

message envoy.extensions.filters.http.lua.v3.LuaPerRoute
  oneof override
  4 filter_context .Struct
  5 package_paths repeated string {"items":{"min_len":1}}
  6 package_cpaths repeated string {"items":{"min_len":1}}
  7 shared_vm_id string
`;
