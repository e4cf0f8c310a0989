/** What the installed `.proto` files lack: bootstrap, listeners, clusters, routes and what they are made of. */
export const CONFIG = `
enum envoy.config.accesslog.v3.ComparisonFilter.Op
  3 NE

message envoy.config.accesslog.v3.ResponseFlagFilter
  1 flags repeated string {"items":{"in":["LH","UH","UT","LR","UR","UF","UC","UO","NR","DI","FI","RL","UAEX","RLSE","DC","URX","SI","IH","DPE","UMSDR","RFCF","NFCF","DT","UPE","NC","OM","DF","DO","DR","UDO"]}}

message envoy.config.bootstrap.v3.Admin
  7 allow_paths repeated envoy.type.matcher.v3.StringMatcher

message envoy.config.bootstrap.v3.ApiListenerManager
  1 threading_model envoy.config.bootstrap.v3.ApiListenerManager.ThreadingModel

enum envoy.config.bootstrap.v3.ApiListenerManager.ThreadingModel
  0 MAIN_THREAD_ONLY
  1 STANDALONE_WORKER_THREAD

message envoy.config.bootstrap.v3.Bootstrap
  oneof stats_eviction
  42 stats_eviction_interval .Duration of stats_eviction {"gte":1}
  43 enable_worker_cpu_affinity bool

message envoy.config.bootstrap.v3.ListenerManager

message envoy.config.bootstrap.v3.MemoryAllocatorManager
  3 soft_memory_limit_bytes .UInt64Value
  4 max_per_cpu_cache_size_bytes .UInt32Value
  5 max_unfreed_memory_bytes uint64

message envoy.config.bootstrap.v3.ValidationListenerManager

message envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget
  3 budget_interval .Duration

message envoy.config.cluster.v3.Cluster
  59 transport_socket_matcher xds.type.matcher.v3.Matcher
  61 stats_matcher envoy.config.metrics.v3.StatsMatcher
  60 per_connection_buffer_high_watermark_timeout .Duration {"gte":0}
  8 health_checks repeated envoy.config.core.v3.HealthCheck {"max_items":8}
  16 dns_refresh_rate .Duration deprecated {"gt":1}
  58 dns_jitter .Duration deprecated {"gte":0}
  44 dns_failure_refresh_rate envoy.config.cluster.v3.Cluster.RefreshRate deprecated
  39 respect_dns_ttl bool deprecated
  62 queuing_policies envoy.config.cluster.v3.Cluster.QueuingPolicies

message envoy.config.cluster.v3.Cluster.PreconnectPolicy
  3 preconnect_enabled_metadata envoy.type.matcher.v3.MetadataMatcher

message envoy.config.cluster.v3.Cluster.QueuingPolicies
  1 pending_rq_policy envoy.config.core.v3.TypedExtensionConfig

message envoy.config.cluster.v3.OutlierDetection
  26 detect_degraded_hosts .BoolValue

enum envoy.config.cluster.v3.UpstreamConnectionOptions.FirstAddressFamilyVersion
  3 PIPE
  4 INTERNAL

message envoy.config.common.matcher.v3.Matcher.OnMatch
  3 keep_matching bool

message envoy.config.common.mutation_rules.v3.HeaderMutation
  3 remove_on_match envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch of action

message envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch
  1 key_matcher envoy.type.matcher.v3.StringMatcher {"required":true}

message envoy.config.core.v3.BindConfig
  7 validate_network_namespaces bool

message envoy.config.core.v3.CelExpressionConfig
  1 enable_string_conversion bool
  2 enable_string_concat bool
  3 enable_string_functions bool

message envoy.config.core.v3.GrpcService.GoogleGrpc
  9 channel_credentials_plugin repeated .Any
  10 call_credentials_plugin repeated .Any

message envoy.config.core.v3.HealthCheck
  27 name string

message envoy.config.core.v3.HealthCheck.HttpHealthCheck
  15 use_alpn_protocol bool

message envoy.config.core.v3.Http1ProtocolOptions
  9 use_balsa_parser .BoolValue deprecated hidden
  11 ignore_http_11_upgrade repeated envoy.type.matcher.v3.StringMatcher

message envoy.config.core.v3.Http2ProtocolOptions
  17 max_metadata_size .UInt64Value
  18 enable_huffman_encoding .BoolValue
  19 max_header_field_size_kb .UInt32Value {"gte":64,"lte":256}
  20 disallow_obs_text .BoolValue
  21 stream_reset_burst .UInt64Value
  22 stream_reset_rate .UInt64Value

message envoy.config.core.v3.Http3ProtocolOptions
  7 disable_qpack bool
  8 disable_connection_flow_control_for_streams bool
  9 disallow_obs_text .BoolValue

message envoy.config.core.v3.HttpProtocolOptions
  8 max_connection_duration_jitter envoy.type.v3.Percent
  7 max_response_headers_kb .UInt32Value {"gt":0,"lte":8192}

message envoy.config.core.v3.HttpService
  3 formatters repeated envoy.config.core.v3.TypedExtensionConfig

message envoy.config.core.v3.JsonFormatOptions
  1 sort_properties bool deprecated

message envoy.config.core.v3.KeyValue
  1 key string deprecated {"max_bytes":16384,"min_len":1}
  2 value bytes deprecated

message envoy.config.core.v3.KeyValueAppend
  3 record envoy.config.core.v3.KeyValuePair
  1 entry envoy.config.core.v3.KeyValue deprecated {"skip":true}

message envoy.config.core.v3.KeyValuePair
  1 key string {"max_bytes":16384,"min_len":1}
  2 value .Value

message envoy.config.core.v3.PathConfigSource
  3 poll_interval .Duration {"gte":1}

message envoy.config.core.v3.PerHostConfig
  1 added_tlvs repeated envoy.config.core.v3.TlvEntry

message envoy.config.core.v3.ProxyProtocolConfig
  3 added_tlvs repeated envoy.config.core.v3.TlvEntry

message envoy.config.core.v3.QuicKeepAliveSettings
  1 max_interval .Duration
  2 initial_interval .Duration {"gte":1,"lte":0}

message envoy.config.core.v3.QuicProtocolOptions
  8 idle_network_timeout .Duration {"gte":1000}
  9 max_packet_length .UInt64Value
  10 client_packet_writer envoy.config.core.v3.TypedExtensionConfig
  11 connection_migration envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings
  12 memory_reduction_timeout .Duration {"gte":1000}
  13 enable_scone .BoolValue

message envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings
  1 migrate_idle_connections envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings
  2 max_time_on_non_default_network .Duration {"gte":1000}

message envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings
  1 max_idle_time_before_migration .Duration {"gte":1000}

message envoy.config.core.v3.RuntimeDouble
  2 runtime_key string

message envoy.config.core.v3.RuntimeFeatureFlag
  2 runtime_key string

message envoy.config.core.v3.RuntimePercent
  2 runtime_key string

message envoy.config.core.v3.RuntimeUInt32
  3 runtime_key string

message envoy.config.core.v3.RuntimeUInt64
  2 default_value uint64
  3 runtime_key string

message envoy.config.core.v3.SocketAddress
  7 network_namespace_filepath string

message envoy.config.core.v3.SocketCmsgHeaders
  1 level .UInt32Value
  2 type .UInt32Value
  3 expected_size uint32

message envoy.config.core.v3.SocketOption
  7 type envoy.config.core.v3.SocketOption.SocketType
  8 ip_version envoy.config.core.v3.SocketOption.SocketIpVersion

enum envoy.config.core.v3.SocketOption.SocketIpVersion
  0 SOCKET_IP_VERSION_UNSPECIFIED
  1 SOCKET_IP_VERSION_IPV4
  2 SOCKET_IP_VERSION_IPV6

message envoy.config.core.v3.SocketOption.SocketType
  1 stream envoy.config.core.v3.SocketOption.SocketType.Stream
  2 datagram envoy.config.core.v3.SocketOption.SocketType.Datagram

message envoy.config.core.v3.SocketOption.SocketType.Datagram

message envoy.config.core.v3.SocketOption.SocketType.Stream

message envoy.config.core.v3.TlvEntry
  1 type uint32 {"lt":256}
  2 value bytes
  3 format_string envoy.config.core.v3.SubstitutionFormatString

message envoy.config.core.v3.WatchedDirectory
  2 watch_modify bool

message envoy.config.endpoint.v3.Endpoint
  5 observability_name string

message envoy.config.endpoint.v3.LbEndpointCollection
  1 entries repeated xds.core.v3.CollectionEntry

message envoy.config.endpoint.v3.LocalityLbEndpoints
  7 load_balancer_endpoints envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList of lb_config deprecated

message envoy.config.listener.v3.AdditionalAddress
  3 tcp_keepalive envoy.config.core.v3.TcpKeepalive

message envoy.config.listener.v3.Listener
  39 stats_matcher envoy.config.metrics.v3.StatsMatcher
  36 fcds_config envoy.config.listener.v3.Listener.FcdsConfig
  38 per_connection_buffer_high_watermark_timeout .Duration {"gte":0}
  37 tcp_keepalive envoy.config.core.v3.TcpKeepalive

message envoy.config.listener.v3.Listener.ConnectionBalanceConfig
  3 cpu_locality_balance envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance of balance_type

message envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance

message envoy.config.listener.v3.Listener.FcdsConfig
  1 name string
  2 config_source envoy.config.core.v3.ConfigSource

message envoy.config.listener.v3.QuicProtocolOptions
  12 save_cmsg_config repeated envoy.config.core.v3.SocketCmsgHeaders {"max_items":1}
  13 reject_new_connections bool
  14 max_sessions_per_event_loop .UInt32Value {"gt":0}

message envoy.config.metrics.v3.DogStatsdSink
  5 scale_histogram_units_to_milliseconds bool

message envoy.config.metrics.v3.HistogramBucketSettings
  2 buckets repeated double {"items":{"gt":0},"unique":true}
  3 bins .UInt32Value {"gt":0,"lte":46082}

message envoy.config.metrics.v3.MetricsServiceConfig
  6 batch_size uint32 {"gte":0}

message envoy.config.metrics.v3.StatsConfig
  5 allow_default_tag_overrides .BoolValue

message envoy.config.metrics.v3.StatsdSink
  4 scale_histogram_units_to_milliseconds bool

enum envoy.config.overload.v3.ScaleTimersOverloadActionConfig.TimerType
  4 HTTP_DOWNSTREAM_CONNECTION_MAX
  5 HTTP_DOWNSTREAM_STREAM_FLUSH

message envoy.config.overload.v3.ShrinkHeapConfig
  1 timer_interval .Duration {"gte":1000}
  2 max_unfreed_memory_bytes .UInt64Value

enum envoy.config.rbac.v3.MetadataSource
  0 DYNAMIC
  1 ROUTE

message envoy.config.rbac.v3.Permission
  7 metadata envoy.type.matcher.v3.MetadataMatcher of rule deprecated
  14 sourced_metadata envoy.config.rbac.v3.SourcedMetadata of rule

message envoy.config.rbac.v3.Policy
  5 cel_config envoy.config.core.v3.CelExpressionConfig

message envoy.config.rbac.v3.Principal
  7 metadata envoy.type.matcher.v3.MetadataMatcher of identifier deprecated
  13 sourced_metadata envoy.config.rbac.v3.SourcedMetadata of identifier
  14 custom envoy.config.core.v3.TypedExtensionConfig of identifier

message envoy.config.rbac.v3.SourcedMetadata
  1 metadata_matcher envoy.type.matcher.v3.MetadataMatcher {"required":true}
  2 metadata_source envoy.config.rbac.v3.MetadataSource {"defined_only":true}

message envoy.config.route.v3.CookieMatcher
  1 name string {"max_bytes":1024,"min_len":1}
  2 string_match envoy.type.matcher.v3.StringMatcher {"required":true}
  3 invert_match bool

message envoy.config.route.v3.DirectResponseAction
  3 body_format envoy.config.core.v3.SubstitutionFormatString

message envoy.config.route.v3.RateLimit
  5 hits_addend envoy.config.route.v3.RateLimit.HitsAddend
  6 apply_on_stream_done bool
  7 x_ratelimit_option envoy.config.route.v3.RateLimit.XRateLimitOption

message envoy.config.route.v3.RateLimit.Action
  12 query_parameters envoy.config.route.v3.RateLimit.Action.QueryParameters of action_specifier
  13 remote_address_match envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch of action_specifier

message envoy.config.route.v3.RateLimit.Action.GenericKey
  3 default_value string

message envoy.config.route.v3.RateLimit.Action.HeaderValueMatch
  5 default_value string

enum envoy.config.route.v3.RateLimit.Action.MetaData.Source
  2 CLUSTER_ENTRY
  3 CLUSTER_LOCALITY_ENTRY

message envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch
  5 default_value string

message envoy.config.route.v3.RateLimit.Action.QueryParameters
  1 query_parameter_name string {"min_len":1}
  2 descriptor_key string {"min_len":1}
  3 skip_if_absent bool

message envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch
  1 descriptor_value string {"min_len":1}
  2 descriptor_key string
  3 default_value string
  4 address_matcher envoy.type.matcher.v3.AddressMatcher {"required":true}

message envoy.config.route.v3.RateLimit.HitsAddend
  1 number .UInt64Value {"lte":1000000000}
  2 format string {"ignore_empty":true,"prefix":"%","suffix":"%"}
  3 is_negative_hits bool

message envoy.config.route.v3.RateLimit.Override
  2 rate_limit envoy.config.route.v3.RateLimit.Override.RateLimitOverride of override_specifier

message envoy.config.route.v3.RateLimit.Override.RateLimitOverride
  1 requests_per_unit uint32
  2 unit envoy.type.v3.RateLimitUnit

enum envoy.config.route.v3.RateLimit.XRateLimitOption
  0 UNSPECIFIED
  1 OFF
  2 DRAFT_VERSION_03

message envoy.config.route.v3.RedirectAction
  10 path_rewrite string of path_rewrite_specifier

message envoy.config.route.v3.RetryPolicy
  14 refresh_cluster_on_retry bool

message envoy.config.route.v3.Route
  16 per_request_buffer_limit_bytes .UInt32Value deprecated
  20 request_body_buffer_limit .UInt64Value
  21 route_specifiers repeated envoy.config.core.v3.TypedExtensionConfig

message envoy.config.route.v3.RouteAction
  45 path_rewrite string
  44 host_rewrite string of host_rewrite_specifier
  42 flush_timeout .Duration

message envoy.config.route.v3.RouteAction.RequestMirrorPolicy
  7 request_headers_mutations repeated envoy.config.common.mutation_rules.v3.HeaderMutation {"max_items":1000}
  8 host_rewrite_literal string {"strict":false,"well_known_regex":"HTTP_HEADER_VALUE"}

message envoy.config.route.v3.RouteConfiguration
  18 vhost_header string {"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  19 route_specifiers repeated envoy.config.core.v3.TypedExtensionConfig

message envoy.config.route.v3.RouteMatch
  17 cookies repeated envoy.config.route.v3.CookieMatcher
  16 filter_state repeated envoy.type.matcher.v3.FilterStateMatcher

message envoy.config.route.v3.Tracing
  5 operation string
  6 upstream_operation string

message envoy.config.route.v3.VirtualHost
  18 per_request_buffer_limit_bytes .UInt32Value deprecated
  25 request_body_buffer_limit .UInt64Value
  26 route_specifiers repeated envoy.config.core.v3.TypedExtensionConfig

message envoy.config.route.v3.WeightedCluster
  5 use_hash_policy .BoolValue of random_value_specifier

message envoy.config.tap.v3.OutputConfig
  5 min_streamed_sent_bytes .UInt32Value

message envoy.config.trace.v3.OpenTelemetryConfig
  10 exporter envoy.config.core.v3.TypedExtensionConfig
  6 max_cache_size .UInt32Value
  7 set_telemetry_sdk_resource_attributes .BoolValue
  8 set_service_name_resource_attribute .BoolValue
  9 set_instrumentation_scope .BoolValue

message envoy.config.trace.v3.ZipkinConfig
  1 collector_cluster string
  2 collector_endpoint string
  8 trace_context_option envoy.config.trace.v3.ZipkinConfig.TraceContextOption
  9 collector_service envoy.config.core.v3.HttpService
  10 timestamp_trace_ids bool

enum envoy.config.trace.v3.ZipkinConfig.TraceContextOption
  0 USE_B3
  1 USE_B3_WITH_W3C_PROPAGATION
`;
