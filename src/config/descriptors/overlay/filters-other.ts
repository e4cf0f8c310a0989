/** What the installed `.proto` files lack: network, listener and UDP filters. */
export const FILTERS_OTHER = `
message envoy.extensions.filters.common.jwks.v3.JwksAsyncFetch
  1 fast_listener bool
  2 failed_refetch_duration .Duration

message envoy.extensions.filters.common.jwks.v3.JwtHandshakeValidator
  oneof jwks_source_specifier required
  1 issuer string {"max_len":1024,"min_len":1}
  2 audiences repeated string
  3 local_jwks envoy.config.core.v3.DataSource of jwks_source_specifier
  8 remote_jwks envoy.extensions.filters.common.jwks.v3.RemoteJwks of jwks_source_specifier
  4 token_header string {"ignore_empty":true,"max_len":255}
  5 claims_metadata_namespace string {"ignore_empty":true,"max_len":255}
  6 allow_missing_or_failed bool
  7 clock_skew_seconds uint32

message envoy.extensions.filters.common.jwks.v3.RemoteJwks
  1 http_uri envoy.config.core.v3.HttpUri {"required":true}
  2 cache_duration .Duration {"gte":1,"lt":9000000000000}
  3 async_fetch envoy.extensions.filters.common.jwks.v3.JwksAsyncFetch
  4 retry_policy envoy.config.core.v3.RetryPolicy

message envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue
  3 read_only bool deprecated

message envoy.extensions.filters.listener.dynamic_modules.v3.DynamicModuleListenerFilter
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig
  2 filter_name string
  3 filter_config .Any

message envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol
  6 tlv_location envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.TlvLocation

message envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair
  3 value_string_encoding envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair.ValueStringEncoding

enum envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair.ValueStringEncoding
  0 UNSPECIFIED
  1 SANITIZED_UTF8
  2 BASE64

enum envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.TlvLocation
  0 DYNAMIC_METADATA
  1 FILTER_STATE

message envoy.extensions.filters.listener.set_filter_state.v3.Config
  1 on_accept repeated envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue

message envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector
  3 enable_ja4_fingerprinting .BoolValue
  4 close_connection_on_client_hello_parsing_errors bool
  5 max_client_hello_size .UInt32Value {"gt":255,"lte":16384}

message envoy.extensions.filters.network.dynamic_modules.v3.DynamicModuleNetworkFilter
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig
  2 filter_name string
  3 filter_config .Any
  4 terminal_filter bool

message envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
  9 send_tls_alert_on_denial bool
  10 metadata_context_namespaces repeated string
  11 typed_metadata_context_namespaces repeated string
  12 shadow_mode bool

message envoy.extensions.filters.network.ext_proc.v3.MetadataOptions
  1 forwarding_namespaces envoy.extensions.filters.network.ext_proc.v3.MetadataOptions.MetadataNamespaces
  2 receiving_namespaces envoy.extensions.filters.network.ext_proc.v3.MetadataOptions.MetadataNamespaces

message envoy.extensions.filters.network.ext_proc.v3.MetadataOptions.MetadataNamespaces
  1 untyped repeated string
  2 typed repeated string

message envoy.extensions.filters.network.ext_proc.v3.NetworkExternalProcessor
  1 grpc_service envoy.config.core.v3.GrpcService
  2 failure_mode_allow bool
  3 processing_mode envoy.extensions.filters.network.ext_proc.v3.ProcessingMode
  4 message_timeout .Duration {"gte":0,"lte":3600000}
  5 stat_prefix string {"min_len":1}
  6 metadata_options envoy.extensions.filters.network.ext_proc.v3.MetadataOptions
  7 connection_attributes repeated string

message envoy.extensions.filters.network.ext_proc.v3.ProcessingMode
  1 process_read envoy.extensions.filters.network.ext_proc.v3.ProcessingMode.DataSendMode
  2 process_write envoy.extensions.filters.network.ext_proc.v3.ProcessingMode.DataSendMode

enum envoy.extensions.filters.network.ext_proc.v3.ProcessingMode.DataSendMode
  0 STREAMED
  1 SKIP

message envoy.extensions.filters.network.generic_proxy.action.v3.RouteAction
  oneof cluster_specifier required
  5 name string
  1 cluster string of cluster_specifier
  2 weighted_clusters envoy.config.route.v3.WeightedCluster of cluster_specifier
  3 metadata envoy.config.core.v3.Metadata
  4 per_filter_config map<string,.Any>
  6 timeout .Duration
  7 retry_policy envoy.config.core.v3.RetryPolicy

message envoy.extensions.filters.network.generic_proxy.codecs.dubbo.v3.DubboCodecConfig

message envoy.extensions.filters.network.generic_proxy.codecs.http1.v3.Http1CodecConfig
  1 single_frame_mode .BoolValue
  2 max_buffer_size .UInt32Value

message envoy.extensions.filters.network.generic_proxy.matcher.v3.HostMatchInput

message envoy.extensions.filters.network.generic_proxy.matcher.v3.KeyValueMatchEntry
  1 name string {"min_len":1}
  2 string_match envoy.type.matcher.v3.StringMatcher {"required":true}

message envoy.extensions.filters.network.generic_proxy.matcher.v3.MethodMatchInput

message envoy.extensions.filters.network.generic_proxy.matcher.v3.PathMatchInput

message envoy.extensions.filters.network.generic_proxy.matcher.v3.PropertyMatchInput
  1 property_name string {"min_len":1}

message envoy.extensions.filters.network.generic_proxy.matcher.v3.RequestMatchInput

message envoy.extensions.filters.network.generic_proxy.matcher.v3.RequestMatcher
  1 host envoy.type.matcher.v3.StringMatcher
  2 path envoy.type.matcher.v3.StringMatcher
  3 method envoy.type.matcher.v3.StringMatcher
  4 properties repeated envoy.extensions.filters.network.generic_proxy.matcher.v3.KeyValueMatchEntry

message envoy.extensions.filters.network.generic_proxy.matcher.v3.ServiceMatchInput

message envoy.extensions.filters.network.generic_proxy.router.v3.Router
  1 bind_upstream_connection bool

message envoy.extensions.filters.network.generic_proxy.v3.GenericProxy
  oneof route_specifier required
  1 stat_prefix string {"min_len":1}
  2 codec_config envoy.config.core.v3.TypedExtensionConfig {"required":true}
  3 generic_rds envoy.extensions.filters.network.generic_proxy.v3.GenericRds of route_specifier
  4 route_config envoy.extensions.filters.network.generic_proxy.v3.RouteConfiguration of route_specifier
  5 filters repeated envoy.config.core.v3.TypedExtensionConfig
  6 tracing envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing
  7 access_log repeated envoy.config.accesslog.v3.AccessLog

message envoy.extensions.filters.network.generic_proxy.v3.GenericRds
  1 config_source envoy.config.core.v3.ConfigSource {"required":true}
  2 route_config_name string {"min_len":1}

message envoy.extensions.filters.network.generic_proxy.v3.RouteConfiguration
  1 name string {"min_len":1}
  2 routes xds.type.matcher.v3.Matcher
  3 virtual_hosts repeated envoy.extensions.filters.network.generic_proxy.v3.VirtualHost

message envoy.extensions.filters.network.generic_proxy.v3.VirtualHost
  1 name string {"min_len":1}
  2 hosts repeated string {"min_items":1}
  3 routes xds.type.matcher.v3.Matcher {"required":true}

message envoy.extensions.filters.network.geoip.v3.Geoip
  1 stat_prefix string
  2 provider envoy.config.core.v3.TypedExtensionConfig {"required":true}
  3 client_ip string

message envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig
  1 https_destination_ports repeated uint32
  2 http_destination_ports repeated uint32

message envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
  58 http1_safe_max_connection_duration bool
  59 stream_flush_timeout .Duration
  62 drain_timeout_jitter envoy.type.v3.Percent
  60 forward_client_cert_matcher xds.type.matcher.v3.Matcher
  61 forward_proto_config envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig
  63 record_route_resolution_stats bool

message envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertConfig
  1 forward_client_cert_details envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails
  2 set_current_client_cert_details envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails

enum envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertFormat
  0 TEXT
  1 JSON

message envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails
  8 issuer bool
  7 format envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertFormat

message envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing
  11 operation string
  12 upstream_operation string
  13 no_context_propagation bool

message envoy.extensions.filters.network.http_connection_manager.v3.Rds
  1 config_source envoy.config.core.v3.ConfigSource

message envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy
  6 max_bson_depth .UInt32Value {"gt":0}

message envoy.extensions.filters.network.rbac.v3.RBAC
  8 delay_deny .Duration

message envoy.extensions.filters.network.redis_proxy.v3.AwsIam
  1 credential_provider envoy.extensions.common.aws.v3.AwsCredentialProvider
  2 cache_name string {"min_len":1}
  3 service_name string
  4 region string
  5 expiration_time .Duration {"gte":0,"lte":900000}

message envoy.extensions.filters.network.redis_proxy.v3.RedisExternalAuthProvider
  1 grpc_service envoy.config.core.v3.GrpcService
  2 enable_auth_expiration bool

message envoy.extensions.filters.network.redis_proxy.v3.RedisProtocolOptions
  3 aws_iam envoy.extensions.filters.network.redis_proxy.v3.AwsIam
  4 credentials repeated envoy.extensions.filters.network.redis_proxy.v3.RedisProtocolOptions.Credential

message envoy.extensions.filters.network.redis_proxy.v3.RedisProtocolOptions.Credential
  1 address envoy.config.core.v3.Address
  2 auth_password envoy.config.core.v3.DataSource sensitive
  3 auth_username envoy.config.core.v3.DataSource sensitive

message envoy.extensions.filters.network.redis_proxy.v3.RedisProxy
  10 external_auth_provider envoy.extensions.filters.network.redis_proxy.v3.RedisExternalAuthProvider
  11 custom_commands repeated string
  12 protocol_version envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.ProtocolVersion {"defined_only":true}

enum envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.ConnPoolSettings.ReadPolicy
  5 LOCAL_ZONE_AFFINITY
  6 LOCAL_ZONE_AFFINITY_REPLICAS_AND_PRIMARY

enum envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.ProtocolVersion
  0 RESP2
  1 RESP3

message envoy.extensions.filters.network.reverse_tunnel.v3.DrainAwareHttpConnectionManager
  1 hcm_config envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
  2 enable_drain_with_goaway bool

message envoy.extensions.filters.network.reverse_tunnel.v3.ReverseTunnel
  1 ping_interval .Duration {"gte":1,"lte":300000}
  2 auto_close_connections bool deprecated
  3 request_path string {"ignore_empty":true,"max_len":255,"min_len":1}
  4 request_method envoy.config.core.v3.RequestMethod {"defined_only":true}
  5 validation envoy.extensions.filters.network.reverse_tunnel.v3.Validation
  6 required_cluster_name string {"ignore_empty":true,"max_len":255}
  7 use_http_upgrade bool
  8 skip_rebalancing bool
  10 jwt_validator envoy.extensions.filters.common.jwks.v3.JwtHandshakeValidator
  9 enable_connection_limit bool
  11 handshake_timeout .Duration {"gt":0,"lte":300000}

message envoy.extensions.filters.network.reverse_tunnel.v3.Validation
  1 node_id_format string {"max_len":1024}
  2 cluster_id_format string {"max_len":1024}
  5 tenant_id_format string {"max_len":1024}
  3 emit_dynamic_metadata bool
  4 dynamic_metadata_namespace string {"max_len":255}

message envoy.extensions.filters.network.set_filter_state.v3.Config
  2 on_downstream_tls_handshake repeated envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue
  3 on_downstream_data repeated envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue

message envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig
  3 save_upstream_address bool

message envoy.extensions.filters.network.tcp_bandwidth_limit.v3.TcpBandwidthLimit
  1 stat_prefix string {"min_len":1}
  2 read_limit_kbps .UInt64Value
  3 write_limit_kbps .UInt64Value
  4 fill_interval .Duration {"gte":20,"lte":1000}
  5 runtime_enabled envoy.config.core.v3.RuntimeFeatureFlag

enum envoy.extensions.filters.network.tcp_proxy.v3.ProxyProtocolTlvMergePolicy
  0 ADD_IF_ABSENT
  1 OVERWRITE_BY_TYPE_IF_EXISTS_OR_ADD
  2 APPEND_IF_EXISTS_OR_ADD

message envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
  18 backoff_options envoy.config.core.v3.BackoffStrategy
  20 max_downstream_connection_duration_jitter_percentage envoy.type.v3.Percent
  19 proxy_protocol_tlvs repeated envoy.config.core.v3.TlvEntry
  23 proxy_protocol_tlv_merge_policy envoy.extensions.filters.network.tcp_proxy.v3.ProxyProtocolTlvMergePolicy {"defined_only":true}
  21 upstream_connect_mode envoy.extensions.filters.network.tcp_proxy.v3.UpstreamConnectMode {"defined_only":true}
  22 max_early_data_bytes .UInt32Value {"lte":1048576}
  24 check_drain_close .BoolValue

message envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions
  3 flush_access_log_on_start bool

message envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig
  7 request_id_extension envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension
  8 request_id_header string
  9 request_id_metadata_key string
  10 formatters repeated envoy.config.core.v3.TypedExtensionConfig

enum envoy.extensions.filters.network.tcp_proxy.v3.UpstreamConnectMode
  0 IMMEDIATE
  1 ON_DOWNSTREAM_DATA
  2 ON_DOWNSTREAM_TLS_HANDSHAKE

message envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig
  4 access_log repeated envoy.config.accesslog.v3.AccessLog
  5 case_insensitive bool

message envoy.extensions.filters.udp.dynamic_modules.v3.DynamicModuleUdpListenerFilter
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig
  2 filter_name string
  3 filter_config .Any

message envoy.extensions.filters.udp.udp_proxy.session.ext_authz.v3.FilterConfig
  1 stat_prefix string {"min_len":1}
  2 grpc_service envoy.config.core.v3.GrpcService {"required":true}
  3 failure_mode_allow bool
  4 buffer_options envoy.extensions.filters.udp.udp_proxy.session.ext_authz.v3.FilterConfig.BufferOptions

message envoy.extensions.filters.udp.udp_proxy.session.ext_authz.v3.FilterConfig.BufferOptions
  1 max_buffered_datagrams .UInt32Value
  2 max_buffered_bytes .UInt64Value

message envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig.SessionFilter
  3 config_discovery envoy.config.core.v3.ExtensionConfigSource of config_type

message envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig.UdpTunnelingConfig
  12 formatters repeated envoy.config.core.v3.TypedExtensionConfig

message envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig.UdpTunnelingConfig.RetryOptions
  2 backoff_options envoy.config.core.v3.BackoffStrategy
`;
