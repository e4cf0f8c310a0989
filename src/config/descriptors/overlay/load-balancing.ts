/** What the installed `.proto` files lack: clusters, load balancers, upstreams and health checks. */
export const LOAD_BALANCING = `
message envoy.extensions.clusters.aggregate.v3.AggregateClusterResource
  1 config_source envoy.config.core.v3.ConfigSource {"required":true}
  2 resource_name string {"min_len":1}

enum envoy.extensions.clusters.common.dns.v3.DnsLookupFamily
  0 UNSPECIFIED
  1 AUTO
  2 V4_ONLY
  3 V6_ONLY
  4 V4_PREFERRED
  5 ALL

message envoy.extensions.clusters.composite.v3.ClusterConfig
  1 clusters repeated envoy.extensions.clusters.composite.v3.ClusterConfig.ClusterEntry {"min_items":1}

message envoy.extensions.clusters.composite.v3.ClusterConfig.ClusterEntry
  1 name string {"min_len":1}

message envoy.extensions.clusters.dns.v3.DnsCluster
  3 dns_refresh_rate .Duration {"gt":1}
  4 dns_failure_refresh_rate envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate
  5 respect_dns_ttl bool
  6 dns_jitter .Duration {"gte":0}
  7 typed_dns_resolver_config envoy.config.core.v3.TypedExtensionConfig
  8 dns_lookup_family envoy.extensions.clusters.common.dns.v3.DnsLookupFamily
  9 all_addresses_in_single_endpoint bool
  10 dns_min_refresh_rate .Duration {"gte":1000}

message envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate
  1 base_interval .Duration {"gt":1,"required":true}
  2 max_interval .Duration {"gt":1}

message envoy.extensions.clusters.dynamic_forward_proxy.v3.SubClustersConfig
  5 dns_cluster_config envoy.extensions.clusters.dns.v3.DnsCluster

message envoy.extensions.clusters.dynamic_modules.v3.ClusterConfig
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 cluster_name string {"min_len":1}
  3 cluster_config .Any

message envoy.extensions.clusters.mcp_multicluster.v3.ClusterConfig
  1 servers repeated envoy.extensions.clusters.mcp_multicluster.v3.ClusterConfig.McpBackend {"min_items":1}

message envoy.extensions.clusters.mcp_multicluster.v3.ClusterConfig.HeaderForwarding
  1 forward_all bool
  2 allowed_headers envoy.type.matcher.v3.ListStringMatcher
  3 disallowed_headers envoy.type.matcher.v3.ListStringMatcher

message envoy.extensions.clusters.mcp_multicluster.v3.ClusterConfig.McpBackend
  1 name string
  2 mcp_cluster envoy.extensions.clusters.mcp_multicluster.v3.ClusterConfig.McpCluster
  3 header_forwarding envoy.extensions.clusters.mcp_multicluster.v3.ClusterConfig.HeaderForwarding

message envoy.extensions.clusters.mcp_multicluster.v3.ClusterConfig.McpCluster
  1 cluster string {"min_len":1}
  2 path string
  3 timeout .Duration
  4 host_rewrite_literal string

message envoy.extensions.clusters.original_dst.v3.OriginalDstCluster
  1 use_http_header bool
  2 http_header_name string
  3 upstream_port_override .UInt32Value {"lte":65535}
  4 metadata_key envoy.type.metadata.v3.MetadataKey

message envoy.extensions.clusters.redis.v3.RedisClusterConfig
  7 enable_zone_discovery .BoolValue

message envoy.extensions.clusters.reverse_connection.v3.ReverseConnectionClusterConfig
  1 cleanup_interval .Duration {"gt":0}
  2 host_id_format string {"min_len":1}
  3 tenant_id_format string {"ignore_empty":true,"max_len":1024}

message envoy.extensions.health_checkers.dynamic_modules.v3.DynamicModuleHealthCheck
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 health_checker_name string {"min_len":1}
  3 health_checker_config .Any

message envoy.extensions.health_checkers.redis.v3.Redis
  2 aws_iam envoy.extensions.filters.network.redis_proxy.v3.AwsIam

message envoy.extensions.health_checkers.udp.v3.UdpHealthCheck
  1 send envoy.config.core.v3.HealthCheck.Payload {"required":true}
  2 receive envoy.config.core.v3.HealthCheck.Payload {"required":true}

message envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin
  7 metric_names_for_computing_utilization repeated string
  8 slow_start_config envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig
  9 oob_reporting_config envoy.extensions.load_balancing_policies.common.v3.OrcaOobReportingConfig

message envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig
  3 hash_policy repeated envoy.config.route.v3.RouteAction.HashPolicy

message envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig
  4 force_locality_direct_routing bool deprecated
  5 force_local_zone envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone
  6 locality_basis envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.LocalityBasis

message envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone
  1 min_size .UInt32Value

enum envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.LocalityBasis
  0 HEALTHY_HOSTS_NUM
  1 HEALTHY_HOSTS_WEIGHT

message envoy.extensions.load_balancing_policies.common.v3.OrcaOobReportingConfig
  1 port_value uint32 {"lte":65535}
  2 authority string {"strict":false,"well_known_regex":"HTTP_HEADER_VALUE"}
  3 transport_socket_match_criteria .Struct

message envoy.extensions.load_balancing_policies.dynamic_modules.v3.DynamicModulesLoadBalancerConfig
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 lb_policy_name string {"min_len":1}
  3 lb_policy_config .Any

message envoy.extensions.load_balancing_policies.load_aware_locality.v3.LoadAwareLocality
  1 endpoint_picking_policy envoy.config.cluster.v3.LoadBalancingPolicy {"required":true}
  2 weight_update_period .Duration {"gte":100}
  3 metric_names_for_computing_utilization repeated string
  4 utilization_variance_threshold .DoubleValue {"gte":0,"lte":1}
  5 smoothing_time_constant .Duration {"gt":0}
  6 remote_probe_fraction .DoubleValue {"gte":0,"lt":1}
  7 weight_expiration_period .Duration {"gte":0}
  8 enable_oob_load_report .BoolValue
  9 oob_reporting_period .Duration
  10 oob_reporting_config envoy.extensions.load_balancing_policies.common.v3.OrcaOobReportingConfig

message envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost
  1 override_host_sources repeated envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost.OverrideHostSource {"min_items":1}
  2 selected_host_key envoy.type.metadata.v3.MetadataKey
  3 fallback_policy envoy.config.cluster.v3.LoadBalancingPolicy {"required":true}

message envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost.OverrideHostSource
  1 header string {"strict":false,"well_known_regex":"HTTP_HEADER_VALUE"}
  2 metadata envoy.type.metadata.v3.MetadataKey

message envoy.extensions.load_balancing_policies.random_subsetting.v3.RandomSubsetting
  1 subset_size .UInt32Value {"gt":0}
  2 child_policy envoy.config.cluster.v3.LoadBalancingPolicy {"required":true}

message envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig
  1 resolvers repeated envoy.config.core.v3.Address
  6 query_timeout_seconds .UInt64Value {"gte":1}
  7 query_tries .UInt32Value {"gte":1}
  8 rotate_nameservers bool
  9 edns0_max_payload_size .UInt32Value {"gte":512,"lte":4096}
  10 max_udp_channel_duration .Duration {"gte":0}
  11 reinit_channel_on_timeout bool
  12 qcache_max_ttl .UInt32Value {"gte":0}

message envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig
  1 num_retries .UInt32Value
  2 num_resolver_threads .UInt32Value

message envoy.extensions.network.dns_resolver.hickory.v3.DnsOverHttpsConfig
  1 server_urls repeated string {"items":{"min_len":1}}

message envoy.extensions.network.dns_resolver.hickory.v3.DnsOverTlsConfig
  1 servers repeated envoy.config.core.v3.Address
  2 tls_server_name string {"min_len":1}

message envoy.extensions.network.dns_resolver.hickory.v3.HickoryDnsResolverConfig
  1 resolvers repeated envoy.config.core.v3.Address
  2 dns_over_tls envoy.extensions.network.dns_resolver.hickory.v3.DnsOverTlsConfig
  3 dns_over_https envoy.extensions.network.dns_resolver.hickory.v3.DnsOverHttpsConfig
  4 enable_dnssec bool
  5 cache_size .UInt32Value
  6 num_resolver_threads .UInt32Value {"gte":1,"lte":16}
  7 use_system_config .BoolValue
  8 query_timeout .Duration {"gte":1}
  9 query_tries .UInt32Value {"gte":1}

message envoy.extensions.network.socket_interface.sockmap.v3.Sockmap
  1 bpf_program_path string
  2 cgroup_path string
  3 sockhash_max_entries .UInt32Value {"gte":1}
  4 register_user_space_sockets .BoolValue
  5 accelerated_ports repeated envoy.type.v3.Int64Range {"max_items":128}

message envoy.extensions.network.socket_interface.v3.DefaultSocketInterface
  1 io_uring_options envoy.extensions.network.socket_interface.v3.IoUringOptions

message envoy.extensions.network.socket_interface.v3.IoUringOptions
  1 io_uring_size .UInt32Value
  2 enable_submission_queue_polling bool
  3 read_buffer_size .UInt32Value
  4 write_timeout_ms .UInt32Value
  5 write_high_watermark_bytes .UInt32Value {"gte":4096}
  6 write_low_watermark_bytes .UInt32Value {"gte":1024}
  7 enable_multishot_receive bool

message envoy.extensions.upstreams.http.dynamic_modules.v3.Config
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 bridge_name string {"min_len":1}
  3 bridge_config .Any

message envoy.extensions.upstreams.http.reverse_tunnel.v3.ReverseTunnelUpstreamCodecOptions
  1 enable_drain_with_goaway bool

message envoy.extensions.upstreams.http.v3.HttpProtocolOptions
  8 outlier_detection envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection
  9 request_mirror_policies repeated envoy.config.route.v3.RouteAction.RequestMirrorPolicy
  10 hash_policy repeated envoy.config.route.v3.RouteAction.HashPolicy
  11 retry_policy envoy.config.route.v3.RetryPolicy

message envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection
  1 error_matcher envoy.config.common.matcher.v3.MatchPredicate {"required":true}
`;
