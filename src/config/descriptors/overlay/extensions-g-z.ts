/** What the installed `.proto` files lack: remaining extensions, second half. */
export const EXTENSIONS_G_Z = `
message envoy.extensions.geoip_providers.common.v3.CommonGeoipProviderConfig
  1 geo_headers_to_add envoy.extensions.geoip_providers.common.v3.CommonGeoipProviderConfig.GeolocationHeadersToAdd deprecated
  3 geo_field_keys envoy.extensions.geoip_providers.common.v3.CommonGeoipProviderConfig.GeolocationFieldKeys

message envoy.extensions.geoip_providers.common.v3.CommonGeoipProviderConfig.GeolocationFieldKeys
  1 country string
  2 city string
  3 region string
  4 asn string
  12 asn_org string
  5 anon string
  6 anon_vpn string
  7 anon_hosting string
  8 anon_tor string
  9 anon_proxy string
  10 isp string
  11 apple_private_relay string

message envoy.extensions.geoip_providers.common.v3.CommonGeoipProviderConfig.GeolocationHeadersToAdd
  13 asn_org string {"ignore_empty":true,"well_known_regex":"HTTP_HEADER_NAME"}
  5 is_anon string deprecated {"ignore_empty":true,"well_known_regex":"HTTP_HEADER_NAME"}
  12 anon string {"ignore_empty":true,"well_known_regex":"HTTP_HEADER_NAME"}
  10 isp string {"ignore_empty":true,"well_known_regex":"HTTP_HEADER_NAME"}
  11 apple_private_relay string {"ignore_empty":true,"well_known_regex":"HTTP_HEADER_NAME"}

message envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig
  2 asn_db_path string {"pattern":"^$|^.*\\\\.mmdb$"}
  5 isp_db_path string {"pattern":"^$|^.*\\\\.mmdb$"}
  6 country_db_path string {"pattern":"^$|^.*\\\\.mmdb$"}

message envoy.extensions.grpc_service.call_credentials.access_token.v3.AccessTokenCredentials
  1 token string

message envoy.extensions.grpc_service.call_credentials.file_based_metadata.v3.FileBasedMetadataCallCredentials
  1 secret_data envoy.config.core.v3.DataSource sensitive
  2 header_key string
  3 header_prefix string

message envoy.extensions.grpc_service.call_credentials.google_compute_engine.v3.GoogleComputeEngineCredentials

message envoy.extensions.grpc_service.call_credentials.google_iam.v3.GoogleIamCredentials
  1 authorization_token string
  2 authority_selector string

message envoy.extensions.grpc_service.call_credentials.google_refresh_token.v3.GoogleRefreshTokenCredentials
  1 token string

message envoy.extensions.grpc_service.call_credentials.service_account_jwt_access.v3.ServiceAccountJwtAccessCredentials
  1 json_key string
  2 token_lifetime .Duration

message envoy.extensions.grpc_service.call_credentials.sts_service.v3.StsServiceCredentials
  1 token_exchange_service_uri string
  2 resource string
  3 audience string
  4 scope string
  5 requested_token_type string
  6 subject_token_path string {"min_len":1}
  7 subject_token_type string {"min_len":1}
  8 actor_token_path string
  9 actor_token_type string

message envoy.extensions.grpc_service.channel_credentials.google_default.v3.GoogleDefaultCredentials

message envoy.extensions.grpc_service.channel_credentials.insecure.v3.InsecureCredentials

message envoy.extensions.grpc_service.channel_credentials.local.v3.LocalCredentials

message envoy.extensions.grpc_service.channel_credentials.tls.v3.TlsCredentials
  1 root_certificate_provider envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProviderInstance
  2 identity_certificate_provider envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProviderInstance

message envoy.extensions.grpc_service.channel_credentials.xds.v3.XdsCredentials
  1 fallback_credentials .Any

message envoy.extensions.http.ai_filters.request_info.v3.RequestInfo
  1 metadata_namespace string
  2 token_estimation envoy.extensions.http.ai_filters.request_info.v3.RequestInfo.TokenEstimation

message envoy.extensions.http.ai_filters.request_info.v3.RequestInfo.TokenEstimation
  1 tokens_per_byte double {"gt":0,"lte":1}

message envoy.extensions.http.ai_filters.schema_validation.v3.SchemaValidation
  1 default_llm_protocol envoy.type.ai.v3.LLMProtocol {"defined_only":true}
  2 fail_open bool

message envoy.extensions.http.ai_filters.transcoder.v3.Transcoder
  1 request_handling envoy.extensions.http.ai_filters.transcoder.v3.Transcoder.Direction {"defined_only":true}
  2 response_handling envoy.extensions.http.ai_filters.transcoder.v3.Transcoder.Direction {"defined_only":true}

enum envoy.extensions.http.ai_filters.transcoder.v3.Transcoder.Direction
  0 DIRECTION_UNSPECIFIED
  1 TO_IR
  2 FROM_IR

message envoy.extensions.http.cache_v2.file_system_http_cache.v3.FileSystemHttpCacheV2Config
  1 manager_config envoy.extensions.common.async_files.v3.AsyncFileManagerConfig {"required":true}
  2 cache_path string {"min_len":1}
  3 max_cache_size_bytes .UInt64Value
  4 max_individual_cache_entry_size_bytes .UInt64Value
  5 max_cache_entry_count .UInt64Value
  6 cache_subdivisions uint32
  7 evict_fraction float
  8 max_eviction_period .Duration
  9 min_eviction_period .Duration
  10 create_cache_path bool

message envoy.extensions.http.cache_v2.simple_http_cache.v3.SimpleHttpCacheV2Config

message envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy
  oneof response_code_details_action
  5 preserve_response_code_details bool of response_code_details_action {"const":true}
  6 response_code_details string of response_code_details_action {"min_len":1}

message envoy.extensions.http.early_header_mutation.dynamic_modules.v3.DynamicModuleEarlyHeaderMutation
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 early_header_mutation_name string
  3 early_header_mutation_config .Any

message envoy.extensions.http.ext_proc.processing_request_modifiers.mapped_attribute_builder.v3.MappedAttributeBuilder
  1 mapped_request_attributes map<string,string>
  2 mapped_response_attributes map<string,string>

message envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse
  1 filter_state_name_suffix string
  2 save_request_headers envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse.SaveOptions
  3 save_response_headers envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse.SaveOptions
  4 save_request_trailers envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse.SaveOptions
  5 save_response_trailers envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse.SaveOptions
  6 save_immediate_response envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse.SaveOptions

message envoy.extensions.http.ext_proc.response_processors.save_processing_response.v3.SaveProcessingResponse.SaveOptions
  1 save_response bool
  2 save_on_error bool

message envoy.extensions.http.header_formatters.dynamic_modules.v3.DynamicModuleHeaderFormatter
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 header_formatter_name string
  3 header_formatter_config .Any

message envoy.extensions.http.injected_credentials.generic.v3.Generic
  3 header_value_prefix string

message envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2
  5 endpoint_params repeated envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2.EndpointParameter

enum envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2.AuthType
  2 TLS_CLIENT_AUTH

message envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2.ClientCredentials
  2 client_secret envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig

message envoy.extensions.http.injected_credentials.oauth2.v3.OAuth2.EndpointParameter
  1 name string {"min_len":1}
  2 value string

message envoy.extensions.http.original_ip_detection.xff.v3.XffConfig
  2 xff_trusted_cidrs envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs
  3 skip_xff_append .BoolValue

message envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs
  1 cidrs repeated envoy.config.core.v3.CidrRange

message envoy.extensions.http.stateful_session.envelope.v3.EnvelopeSessionState
  1 header envoy.extensions.http.stateful_session.envelope.v3.EnvelopeSessionState.Header {"required":true}

message envoy.extensions.http.stateful_session.envelope.v3.EnvelopeSessionState.Header
  1 name string {"min_len":1}

message envoy.extensions.internal_redirect.filter_state.v3.FilterStateConfig
  1 redirect_enabled_key string {"min_len":1}
  2 redirect_if_absent bool

message envoy.extensions.local_address_selectors.filter_state_override.v3.Config

message envoy.extensions.matching.actions.transform_stat.v3.TransformStat
  1 drop_stat envoy.extensions.matching.actions.transform_stat.v3.TransformStat.DropStat
  2 drop_tag envoy.extensions.matching.actions.transform_stat.v3.TransformStat.DropTag
  3 update_tag envoy.extensions.matching.actions.transform_stat.v3.TransformStat.UpdateTag

message envoy.extensions.matching.actions.transform_stat.v3.TransformStat.DropStat

message envoy.extensions.matching.actions.transform_stat.v3.TransformStat.DropTag

message envoy.extensions.matching.actions.transform_stat.v3.TransformStat.UpdateTag
  2 new_tag_value string

message envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput
  1 filter string {"min_len":1}
  2 path repeated envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput.PathSegment {"min_items":1}

message envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput.PathSegment
  oneof segment required
  1 key string of segment {"min_len":1}

message envoy.extensions.matching.common_inputs.network.v3.FilterStateInput
  2 field string

message envoy.extensions.matching.common_inputs.network.v3.NetworkNamespaceInput

message envoy.extensions.matching.common_inputs.stats.v3.StatFullNameMatchInput

message envoy.extensions.matching.common_inputs.stats.v3.StatTagValueInput

message envoy.extensions.matching.common_inputs.transport_socket.v3.EndpointMetadataInput
  1 filter string
  2 path repeated envoy.extensions.matching.common_inputs.transport_socket.v3.EndpointMetadataInput.PathSegment {"min_items":1}

message envoy.extensions.matching.common_inputs.transport_socket.v3.EndpointMetadataInput.PathSegment
  oneof segment required
  1 key string of segment {"min_len":1}

message envoy.extensions.matching.common_inputs.transport_socket.v3.FilterStateInput
  1 key string {"min_len":1}

message envoy.extensions.matching.common_inputs.transport_socket.v3.LocalityMetadataInput
  1 filter string
  2 path repeated envoy.extensions.matching.common_inputs.transport_socket.v3.LocalityMetadataInput.PathSegment {"min_items":1}

message envoy.extensions.matching.common_inputs.transport_socket.v3.LocalityMetadataInput.PathSegment
  oneof segment required
  1 key string of segment {"min_len":1}

message envoy.extensions.matching.common_inputs.transport_socket.v3.TransportSocketNameAction
  1 name string {"min_len":1}

message envoy.extensions.matching.http.dynamic_modules.v3.DynamicModuleDataInput
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 input_name string
  3 input_config .Any

message envoy.extensions.matching.http.dynamic_modules.v3.HttpDynamicModuleMatchInput

message envoy.extensions.matching.input_matchers.dynamic_modules.v3.DynamicModuleMatcher
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 matcher_name string
  3 matcher_config .Any
  4 on_error envoy.extensions.matching.input_matchers.dynamic_modules.v3.DynamicModuleMatcher.OnError

enum envoy.extensions.matching.input_matchers.dynamic_modules.v3.DynamicModuleMatcher.OnError
  0 NO_MATCH
  1 MATCH

message envoy.extensions.matching.input_matchers.metadata.v3.Metadata
  1 value envoy.type.matcher.v3.ValueMatcher {"required":true}
  4 invert bool

message envoy.extensions.queue_policy.fifo.v3.FifoQueuePolicyConfig

message envoy.extensions.quic.client_writer_factory.v3.DefaultClientWriter

message envoy.extensions.quic.connection_debug_visitor.quic_stats.v3.Config
  2 update_period .Duration {"gte":1}

message envoy.extensions.quic.connection_id_generator.quic_lb.v3.Config
  2 server_id envoy.config.core.v3.DataSource {"required":true}
  6 server_id_base64_encoded bool
  3 expected_server_id_length uint32 {"lte":18}
  4 nonce_length_bytes uint32 {"gte":4,"lte":16}
  5 encryption_parameters envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig {"required":true}
  1 unencrypted_mode bool

message envoy.extensions.rate_limit_descriptors.jwt_claim.v3.Descriptor
  1 descriptor_key string {"min_len":1}
  2 header_name string {"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  7 cookie string {"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  3 value_prefix string {"strict":false,"well_known_regex":"HTTP_HEADER_VALUE"}
  4 claim_name string {"min_len":1}
  5 default_value string
  6 skip_if_absent bool

message envoy.extensions.rbac.principals.mtls_authenticated.v3.Config
  1 san_matcher envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher
  2 any_validated_client_certificate bool

message envoy.extensions.resource_monitors.cgroup_memory.v3.CgroupMemoryConfig
  1 max_memory_bytes uint64

message envoy.extensions.resource_monitors.cpu_utilization.v3.CpuUtilizationConfig
  1 mode envoy.extensions.resource_monitors.cpu_utilization.v3.CpuUtilizationConfig.UtilizationComputeStrategy {"defined_only":true}

enum envoy.extensions.resource_monitors.cpu_utilization.v3.CpuUtilizationConfig.UtilizationComputeStrategy
  0 HOST
  1 CONTAINER

message envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig
  1 max_heap_size_bytes uint64
  2 max_heap_size_bytes_runtime envoy.config.core.v3.RuntimeUInt64

message envoy.extensions.router.cluster_specifiers.dynamic_modules.v3.DynamicModuleClusterSpecifier
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 specifier_name string
  3 specifier_config .Any
  4 route_action_overrides map<string,envoy.extensions.router.cluster_specifiers.dynamic_modules.v3.RouteActionOverride> {"keys":{"min_len":1}}

message envoy.extensions.router.cluster_specifiers.dynamic_modules.v3.RouteActionOverride
  1 retry_policy envoy.config.route.v3.RetryPolicy
  2 metadata_match envoy.config.core.v3.Metadata
  3 request_mirror_policies repeated envoy.config.route.v3.RouteAction.RequestMirrorPolicy
  4 hash_policy repeated envoy.config.route.v3.RouteAction.HashPolicy

message envoy.extensions.router.cluster_specifiers.matcher.v3.ClusterAction
  1 cluster string {"min_len":1}

message envoy.extensions.router.cluster_specifiers.matcher.v3.MatcherClusterSpecifier
  1 cluster_matcher xds.type.matcher.v3.Matcher {"required":true}

message envoy.extensions.router.cluster_specifiers.priority_group.v3.ClusterWeight
  1 cluster_name string {"min_len":1}
  2 weight .UInt32Value {"gte":1,"required":true}

message envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroup
  1 name string {"min_len":1}
  2 clusters repeated envoy.extensions.router.cluster_specifiers.priority_group.v3.ClusterWeight {"min_items":1}

message envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupClusterSpecifier
  oneof random_value_specifier
  1 priority_groups repeated envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroup {"min_items":1}
  2 override_metadata_namespace string
  3 header_name string of random_value_specifier {"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  4 use_hash_policy .BoolValue of random_value_specifier

message envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupsOverride
  1 priority_groups repeated envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroup

message envoy.extensions.router.route_specifiers.dynamic_modules.v3.DynamicModuleRouteSpecifier
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 specifier_name string
  3 specifier_config .Any
  4 stat_prefix string {"min_len":1}
  5 route_templates repeated envoy.extensions.router.route_specifiers.dynamic_modules.v3.RouteTemplate
  6 route_overrides repeated envoy.extensions.router.route_specifiers.dynamic_modules.v3.RouteOverride
  7 runtime_fraction envoy.config.core.v3.RuntimeFractionalPercent
  8 failure_policy envoy.extensions.router.route_specifiers.dynamic_modules.v3.FailurePolicy {"defined_only":true}
  9 validate_clusters .BoolValue
  10 max_rewritten_path_bytes .UInt32Value {"gt":0}
  11 specifier_instance_id string {"max_len":256}

enum envoy.extensions.router.route_specifiers.dynamic_modules.v3.FailurePolicy
  0 FAILURE_POLICY_UNSPECIFIED
  1 PASS_THROUGH
  2 NO_ROUTE
  3 CONTINUE_MATCHING

message envoy.extensions.router.route_specifiers.dynamic_modules.v3.RouteOverride
  1 override_id string {"min_len":1}
  2 retry_policy envoy.config.route.v3.RetryPolicy
  3 metadata_match envoy.config.core.v3.Metadata
  4 request_mirror_policies repeated envoy.config.route.v3.RouteAction.RequestMirrorPolicy
  5 hash_policy repeated envoy.config.route.v3.RouteAction.HashPolicy
  6 hedge_policy envoy.config.route.v3.HedgePolicy
  7 rate_limits repeated envoy.config.route.v3.RateLimit
  8 cors envoy.config.route.v3.CorsPolicy
  9 regex_rewrite envoy.type.matcher.v3.RegexMatchAndSubstitute
  10 tracing envoy.config.route.v3.Tracing
  11 metadata envoy.config.core.v3.Metadata

message envoy.extensions.router.route_specifiers.dynamic_modules.v3.RouteTemplate
  1 template_id string {"min_len":1}
  2 route envoy.config.route.v3.Route {"required":true}

message envoy.extensions.stat_sinks.dynamic_modules.v3.DynamicModuleStatsSink
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 sink_name string
  3 sink_config .Any

message envoy.extensions.stat_sinks.graphite_statsd.v3.GraphiteStatsdSink
  5 scale_histogram_units_to_milliseconds bool

message envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
  9 http_service envoy.config.core.v3.HttpService of protocol_specifier
  7 resource_detectors repeated envoy.config.core.v3.TypedExtensionConfig
  8 custom_metric_conversions xds.type.matcher.v3.Matcher
  10 max_data_points_per_request uint32

message envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig.ConversionAction
  2 metric_name string
  3 static_metric_labels repeated opentelemetry.proto.common.v1.KeyValue

message envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig.DropAction

message envoy.extensions.tracers.dynamic_modules.v3.DynamicModuleTracer
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 tracer_name string
  3 tracer_config .Any

message envoy.extensions.tracers.fluentd.v3.FluentdConfig
  1 cluster string {"min_len":1}
  2 tag string {"min_len":1}
  3 stat_prefix string {"min_len":1}
  4 buffer_flush_interval .Duration {"gt":0}
  5 buffer_size_bytes .UInt32Value
  6 retry_policy envoy.config.core.v3.RetryPolicy

message envoy.extensions.tracers.opentelemetry.samplers.v3.CELSamplerConfig
  1 expression xds.type.v3.CelExpression

message envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig
  1 wrapped_sampler envoy.config.core.v3.TypedExtensionConfig

message envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig
  1 sampling_percentage envoy.type.v3.FractionalPercent

enum envoy.extensions.wasm.v3.FailurePolicy
  0 UNSPECIFIED
  1 FAIL_RELOAD
  2 FAIL_CLOSED
  3 FAIL_OPEN

message envoy.extensions.wasm.v3.PluginConfig
  5 fail_open bool deprecated
  7 failure_policy envoy.extensions.wasm.v3.FailurePolicy
  8 reload_config envoy.extensions.wasm.v3.ReloadConfig
  6 capability_restriction_config envoy.extensions.wasm.v3.CapabilityRestrictionConfig deprecated
  9 allow_on_headers_stop_iteration .BoolValue

message envoy.extensions.wasm.v3.ReloadConfig
  1 backoff envoy.config.core.v3.BackoffStrategy

message envoy.extensions.wasm.v3.VmConfig
  8 capability_restriction_config envoy.extensions.wasm.v3.CapabilityRestrictionConfig

message envoy.extensions.watchdog.backtrace_action.v3.BacktraceActionConfig
  1 cooldown_duration .Duration
`;
