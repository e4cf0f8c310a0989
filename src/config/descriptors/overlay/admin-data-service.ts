/** What the installed `.proto` files lack: admin answers, data records and services. */
export const ADMIN_DATA_SERVICE = `
enum envoy.admin.v3.ClientResourceStatus
  5 RECEIVED_ERROR
  6 TIMEOUT

message envoy.admin.v3.CommandLineOptions
  41 skip_deprecated_logs bool
  42 file_flush_min_size uint32
  43 log_stacktrace_single_entry bool

message envoy.admin.v3.HostHealthStatus
  9 failed_degraded_outlier_detection bool

message envoy.admin.v3.ServerInfo
  8 hot_restart_initializing bool

enum envoy.data.accesslog.v3.AccessLogType
  14 TcpConnectionStart

message envoy.data.ai.v3.InputTokenDetails
  1 cached_tokens .UInt64Value
  2 cache_creation_tokens .UInt64Value
  3 tool_use_tokens .UInt64Value

message envoy.data.ai.v3.OutputTokenDetails
  1 reasoning_tokens .UInt64Value

message envoy.data.ai.v3.RequestInfo
  1 input_llm_protocol envoy.type.ai.v3.LLMProtocol
  2 model string
  3 stream .BoolValue
  4 max_output_tokens .UInt64Value
  5 message_count .UInt32Value
  6 tool_count .UInt32Value
  7 estimated_input_tokens .UInt64Value

message envoy.data.ai.v3.TokenUsage
  1 llm_protocol envoy.type.ai.v3.LLMProtocol
  2 model string
  3 input_tokens .UInt64Value
  4 output_tokens .UInt64Value
  5 total_tokens .UInt64Value
  6 input_token_details envoy.data.ai.v3.InputTokenDetails
  7 output_token_details envoy.data.ai.v3.OutputTokenDetails
  8 provider_total_tokens .UInt64Value
  9 extraction_status envoy.data.ai.v3.TokenUsage.ExtractionStatus

enum envoy.data.ai.v3.TokenUsage.ExtractionStatus
  0 EXTRACTION_STATUS_UNSPECIFIED
  1 COMPLETE
  2 PARTIAL
  3 FAILED

enum envoy.data.cluster.v3.OutlierEjectionType
  7 DEGRADED

message envoy.data.core.v3.HealthCheckEjectUnhealthy
  2 http_status_code uint32

message envoy.data.core.v3.HealthCheckFailure
  3 http_status_code uint32

enum envoy.data.core.v3.HealthCheckerType
  5 DYNAMIC_MODULE
  6 UDP

message envoy.data.tap.v3.HttpBufferedTrace
  4 upstream_connection envoy.data.tap.v3.Connection

message envoy.data.tap.v3.SocketEvent
  5 connection envoy.data.tap.v3.Connection
  6 seq_num uint64

message envoy.data.tap.v3.SocketEvents
  1 events repeated envoy.data.tap.v3.SocketEvent

message envoy.data.tap.v3.SocketStreamedTraceSegment
  4 events envoy.data.tap.v3.SocketEvents of message_piece

message envoy.data.tap.v3.TraceWrapper
  5 configured_sample_rate envoy.type.v3.FractionalPercent

message envoy.service.auth.v3.CheckResponse
  5 error_response envoy.service.auth.v3.DeniedHttpResponse of http_response

message envoy.service.discovery.v3.DeltaDiscoveryResponse
  9 resource_errors repeated envoy.service.discovery.v3.ResourceError

message envoy.service.discovery.v3.DiscoveryResponse
  7 resource_errors repeated envoy.service.discovery.v3.ResourceError

message envoy.service.discovery.v3.ResourceError
  1 resource_name envoy.service.discovery.v3.ResourceName
  2 error_detail google.rpc.Status

message envoy.service.ext_proc.v3.BodyMutation
  3 streamed_response envoy.service.ext_proc.v3.StreamedBodyResponse of mutation

message envoy.service.ext_proc.v3.HttpBody
  3 end_of_stream_without_message bool
  4 grpc_message_compressed bool
  5 drain_complete bool

message envoy.service.ext_proc.v3.ProcessingRequest
  oneof request
  11 protocol_config envoy.service.ext_proc.v3.ProtocolConfiguration
  12 flow_control_init envoy.service.ext_proc.v3.ProcessingRequest.FlowControlInit
  13 client_window_update envoy.service.ext_proc.v3.ProcessingRequest.ClientWindowUpdate

message envoy.service.ext_proc.v3.ProcessingRequest.ClientWindowUpdate
  1 window_increment_sidestream_to_upstream int64
  2 window_increment_sidestream_to_downstream int64

message envoy.service.ext_proc.v3.ProcessingRequest.FlowControlInit
  1 initial_window_downstream_to_sidestream int64
  2 initial_window_sidestream_to_upstream int64
  3 initial_window_upstream_to_sidestream int64
  4 initial_window_sidestream_to_downstream int64

message envoy.service.ext_proc.v3.ProcessingResponse
  oneof response
  11 streamed_immediate_response envoy.service.ext_proc.v3.StreamedImmediateResponse of response
  13 typed_dynamic_metadata map<string,.Any>
  12 request_drain bool deprecated
  15 request_drain_requests bool
  16 request_drain_responses bool
  14 server_window_update envoy.service.ext_proc.v3.ProcessingResponse.ServerWindowUpdate

message envoy.service.ext_proc.v3.ProcessingResponse.ServerWindowUpdate
  1 window_increment_downstream_to_sidestream int64
  2 window_increment_upstream_to_sidestream int64

message envoy.service.ext_proc.v3.ProtocolConfiguration
  1 request_body_mode envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode {"defined_only":true}
  2 response_body_mode envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode {"defined_only":true}
  3 send_body_without_waiting_for_header_response bool

message envoy.service.ext_proc.v3.StreamedBodyResponse
  1 body bytes
  2 end_of_stream bool
  3 end_of_stream_without_message bool
  4 grpc_message_compressed bool
  5 drain_complete bool

message envoy.service.ext_proc.v3.StreamedImmediateResponse
  oneof response
  1 headers_response envoy.service.ext_proc.v3.HttpHeaders of response
  2 body_response envoy.service.ext_proc.v3.StreamedBodyResponse of response
  3 trailers_response envoy.config.core.v3.HeaderMap of response

message envoy.service.health.v3.EndpointHealth
  3 health_metadata .Struct

message envoy.service.network_ext_proc.v3.Data
  1 data bytes
  2 end_of_stream bool

message envoy.service.network_ext_proc.v3.ProcessingRequest
  1 read_data envoy.service.network_ext_proc.v3.Data
  2 write_data envoy.service.network_ext_proc.v3.Data
  3 metadata envoy.config.core.v3.Metadata
  4 attributes map<string,.Struct>

message envoy.service.network_ext_proc.v3.ProcessingResponse
  1 read_data envoy.service.network_ext_proc.v3.Data
  2 write_data envoy.service.network_ext_proc.v3.Data
  3 data_processing_status envoy.service.network_ext_proc.v3.ProcessingResponse.DataProcessedStatus
  4 connection_status envoy.service.network_ext_proc.v3.ProcessingResponse.ConnectionStatus
  5 dynamic_metadata .Struct
  6 close_stream_to_ext_proc_server bool

enum envoy.service.network_ext_proc.v3.ProcessingResponse.ConnectionStatus
  0 CONTINUE
  1 CLOSE
  2 CLOSE_RST

enum envoy.service.network_ext_proc.v3.ProcessingResponse.DataProcessedStatus
  0 UNKNOWN
  1 UNMODIFIED
  2 MODIFIED

message envoy.service.ratelimit.v3.RateLimitResponse.RateLimit
  4 unit_multiplier .UInt32Value {"gt":0}

enum envoy.service.ratelimit.v3.RateLimitResponse.RateLimit.Unit
  7 WEEK

message envoy.service.redis_auth.v3.RedisProxyExternalAuthRequest
  1 username string
  2 password string

message envoy.service.redis_auth.v3.RedisProxyExternalAuthResponse
  1 status google.rpc.Status
  2 expiration .Timestamp
  3 message string

enum envoy.service.status.v3.ClientConfigStatus
  4 CLIENT_RECEIVED_ERROR

message envoy.watchdog.v3.AbortActionConfig
  1 wait_duration .Duration
`;
