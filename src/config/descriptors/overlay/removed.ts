/** Messages, with everything nested in them, and fields of the installed `.proto` files that the API has since dropped. */
export const REMOVED: readonly string[] = [
  'envoy.config.listener.v3.ListenerManager',
  'envoy.config.listener.v3.ValidationListenerManager',
  'envoy.config.listener.v3.ApiListenerManager',
  'envoy.config.listener.v3.FilterChain.on_demand_configuration',
  'envoy.config.listener.v3.FilterChain.OnDemandConfiguration',
  'envoy.config.trace.v3.OpenCensusConfig',
  'envoy.config.grpc_credential.v3.AwsIamConfig',
  'envoy.extensions.filters.http.proto_message_logging.v3.ProtoMessageLoggingConfig',
  'envoy.extensions.filters.http.proto_message_logging.v3.MethodLogging',
  'envoy.extensions.filters.http.ratelimit.v3.RateLimitConfig',
  'envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig.isp_db_path',
  'envoy.service.trace.v3.StreamTracesResponse',
  'envoy.service.trace.v3.StreamTracesMessage',
];
