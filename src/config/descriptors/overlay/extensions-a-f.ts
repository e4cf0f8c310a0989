/** What the installed `.proto` files lack: remaining extensions, first half. */
export const EXTENSIONS_A_F = `
message envoy.extensions.access_loggers.dynamic_modules.v3.DynamicModuleAccessLog
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 logger_name string
  3 logger_config .Any

message envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter
  2 cel_config envoy.config.core.v3.CelExpressionConfig

message envoy.extensions.access_loggers.filters.process_ratelimit.v3.DynamicTokenBucket
  1 resource_name string {"min_len":1}
  2 config_source envoy.config.core.v3.ConfigSource {"required":true}

message envoy.extensions.access_loggers.filters.process_ratelimit.v3.ProcessRateLimitFilter
  1 dynamic_config envoy.extensions.access_loggers.filters.process_ratelimit.v3.DynamicTokenBucket

message envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig
  1 common_config envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig deprecated
  8 http_service envoy.config.core.v3.HttpService
  9 grpc_service envoy.config.core.v3.GrpcService
  15 resource_detectors repeated envoy.config.core.v3.TypedExtensionConfig
  10 log_name string
  11 buffer_flush_interval .Duration
  12 buffer_size_bytes .UInt32Value
  13 filter_state_objects_to_log repeated string
  14 custom_tags repeated envoy.type.tracing.v3.CustomTag

message envoy.extensions.access_loggers.stats.v3.Config
  1 stat_prefix string deprecated
  6 stats_scope envoy.type.v3.Scope
  3 histograms repeated envoy.extensions.access_loggers.stats.v3.Config.Histogram
  4 counters repeated envoy.extensions.access_loggers.stats.v3.Config.Counter
  5 gauges repeated envoy.extensions.access_loggers.stats.v3.Config.Gauge

message envoy.extensions.access_loggers.stats.v3.Config.Counter
  1 stat envoy.extensions.access_loggers.stats.v3.Config.Stat {"required":true}
  2 value_format string {"ignore_empty":true,"prefix":"%","suffix":"%"}
  3 value_fixed .UInt64Value {"gt":0}

message envoy.extensions.access_loggers.stats.v3.Config.Gauge
  1 stat envoy.extensions.access_loggers.stats.v3.Config.Stat {"required":true}
  2 value_format string {"ignore_empty":true,"prefix":"%","suffix":"%"}
  3 value_fixed .UInt64Value {"gt":0}
  4 add_subtract envoy.extensions.access_loggers.stats.v3.Config.Gauge.PairedAddSubtract
  5 set envoy.extensions.access_loggers.stats.v3.Config.Gauge.Set

message envoy.extensions.access_loggers.stats.v3.Config.Gauge.PairedAddSubtract
  1 add_log_type envoy.data.accesslog.v3.AccessLogType {"defined_only":true}
  2 sub_log_type envoy.data.accesslog.v3.AccessLogType {"defined_only":true}

message envoy.extensions.access_loggers.stats.v3.Config.Gauge.Set
  1 log_type envoy.data.accesslog.v3.AccessLogType {"defined_only":true}

message envoy.extensions.access_loggers.stats.v3.Config.Histogram
  1 stat envoy.extensions.access_loggers.stats.v3.Config.Stat {"required":true}
  2 unit envoy.extensions.access_loggers.stats.v3.Config.Histogram.Unit {"defined_only":true}
  3 value_format string {"min_len":1,"prefix":"%","suffix":"%"}

enum envoy.extensions.access_loggers.stats.v3.Config.Histogram.Unit
  0 Unspecified
  1 Bytes
  2 Microseconds
  3 Milliseconds
  4 Percent

message envoy.extensions.access_loggers.stats.v3.Config.Stat
  1 name string {"min_len":1}
  2 tags repeated envoy.extensions.access_loggers.stats.v3.Config.Tag

message envoy.extensions.access_loggers.stats.v3.Config.Tag
  1 name string {"min_len":1}
  2 value_format string {"min_len":1}
  3 rules xds.type.matcher.v3.Matcher

message envoy.extensions.bootstrap.dynamic_modules.v3.DynamicModuleBootstrapExtension
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig
  2 extension_name string
  3 extension_config .Any

message envoy.extensions.bootstrap.reverse_tunnel.downstream_socket_interface.v3.DownstreamReverseConnectionSocketInterface
  1 stat_prefix string
  2 enable_detailed_stats bool
  3 http_handshake envoy.extensions.bootstrap.reverse_tunnel.downstream_socket_interface.v3.DownstreamReverseConnectionSocketInterface.HttpHandshakeConfig
  4 access_log repeated envoy.config.accesslog.v3.AccessLog
  5 max_reconnect_backoff .Duration {"gte":1000}
  6 maintain_interval .Duration {"gte":100}

message envoy.extensions.bootstrap.reverse_tunnel.downstream_socket_interface.v3.DownstreamReverseConnectionSocketInterface.HttpHandshakeConfig
  1 request_path string
  2 additional_headers repeated envoy.config.core.v3.HeaderValueOption
  3 use_http_upgrade bool
  4 formatters repeated envoy.config.core.v3.TypedExtensionConfig
  5 handshake_timeout .Duration {"gt":0,"lte":300000}

message envoy.extensions.bootstrap.reverse_tunnel.upstream_socket_interface.v3.UpstreamReverseConnectionSocketInterface
  1 stat_prefix string
  2 ping_failure_threshold .UInt32Value {"gte":1}
  3 enable_detailed_stats bool
  4 reporter_config envoy.config.core.v3.TypedExtensionConfig
  5 enable_tenant_isolation .BoolValue
  6 access_log repeated envoy.config.accesslog.v3.AccessLog
  7 max_connections_per_node uint32

message envoy.extensions.common.aws.v3.AssumeRoleCredentialProvider
  1 role_arn string {"min_len":1}
  2 role_session_name string
  3 external_id string
  4 session_duration .Duration {"gte":900000,"lte":43200000}
  5 credential_provider envoy.extensions.common.aws.v3.AwsCredentialProvider

message envoy.extensions.common.aws.v3.AssumeRoleWithWebIdentityCredentialProvider
  1 web_identity_token_data_source envoy.config.core.v3.DataSource sensitive
  2 role_arn string {"min_len":1}
  3 role_session_name string

message envoy.extensions.common.aws.v3.AwsCredentialProvider
  1 assume_role_with_web_identity_provider envoy.extensions.common.aws.v3.AssumeRoleWithWebIdentityCredentialProvider
  2 inline_credential envoy.extensions.common.aws.v3.InlineCredentialProvider
  3 credentials_file_provider envoy.extensions.common.aws.v3.CredentialsFileCredentialProvider
  4 custom_credential_provider_chain bool
  5 iam_roles_anywhere_credential_provider envoy.extensions.common.aws.v3.IAMRolesAnywhereCredentialProvider
  6 config_credential_provider envoy.extensions.common.aws.v3.ConfigCredentialProvider
  7 container_credential_provider envoy.extensions.common.aws.v3.ContainerCredentialProvider
  8 environment_credential_provider envoy.extensions.common.aws.v3.EnvironmentCredentialProvider
  9 instance_profile_credential_provider envoy.extensions.common.aws.v3.InstanceProfileCredentialProvider
  10 assume_role_credential_provider envoy.extensions.common.aws.v3.AssumeRoleCredentialProvider

message envoy.extensions.common.aws.v3.ConfigCredentialProvider

message envoy.extensions.common.aws.v3.ContainerCredentialProvider

message envoy.extensions.common.aws.v3.CredentialsFileCredentialProvider
  1 credentials_data_source envoy.config.core.v3.DataSource sensitive
  2 profile string

message envoy.extensions.common.aws.v3.EnvironmentCredentialProvider

message envoy.extensions.common.aws.v3.IAMRolesAnywhereCredentialProvider
  1 role_arn string {"min_len":1}
  2 certificate envoy.config.core.v3.DataSource {"required":true}
  3 certificate_chain envoy.config.core.v3.DataSource
  4 private_key envoy.config.core.v3.DataSource sensitive {"required":true}
  5 trust_anchor_arn string {"min_len":1}
  6 profile_arn string {"min_len":1}
  7 role_session_name string
  8 session_duration .Duration {"gte":900000,"lte":43200000}

message envoy.extensions.common.aws.v3.InlineCredentialProvider
  1 access_key_id string {"min_len":1}
  2 secret_access_key string sensitive {"min_len":1}
  3 session_token string sensitive

message envoy.extensions.common.aws.v3.InstanceProfileCredentialProvider

message envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig
  15 disable_dns_refresh_on_failure bool
  11 dns_query_timeout .Duration {"gte":0}
  16 resolved_address_filter envoy.type.matcher.v3.AddressMatcher

message envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor
  3 shadow_mode bool

message envoy.extensions.common.ratelimit.v3.RateLimitDescriptor
  3 hits_addend .UInt64Value
  4 is_negative_hits bool

message envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry
  2 value string {"min_len":0}

message envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.RateLimitOverride
  3 unit_multiplier .UInt32Value {"gt":0}

message envoy.extensions.config.validators.dynamic_modules.v3.DynamicModuleConfigValidator
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 extension_name string {"min_len":1}
  3 extension_config .Any
  4 type_urls repeated string {"items":{"min_len":1},"max_items":1,"min_items":1}

message envoy.extensions.content_parsers.json.v3.JsonContentParser
  1 rules repeated envoy.extensions.content_parsers.json.v3.JsonContentParser.RuleConfig {"min_items":1}

message envoy.extensions.content_parsers.json.v3.JsonContentParser.RuleConfig
  1 rule envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.Rule {"required":true}
  2 stop_processing_after_matches uint32 {"lte":1}

message envoy.extensions.dynamic_modules.v3.DynamicModuleConfig
  1 name string
  3 do_not_close bool
  4 load_globally bool
  5 metrics_namespace string
  6 module envoy.config.core.v3.AsyncDataSource
  7 nack_on_cache_miss bool

message envoy.extensions.formatter.cel.v3.Cel
  1 cel_config envoy.config.core.v3.CelExpressionConfig

message envoy.extensions.formatter.dynamic_modules.v3.DynamicModuleFormatter
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 formatter_name string
  3 formatter_config .Any

message envoy.extensions.formatter.file_content.v3.FileContent

message envoy.extensions.formatter.generic_secret.v3.GenericSecret
  1 secret_configs map<string,envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig> {"min_pairs":1}
`;
