/** What the installed `.proto` files lack: shared types. */
export const TYPES = `
enum envoy.type.ai.v3.LLMProtocol
  0 LLM_PROTOCOL_UNSPECIFIED
  1 OPENAI_CHAT_COMPLETIONS
  2 OPENAI_RESPONSES
  3 ANTHROPIC_MESSAGES
  4 GEMINI_GENERATE_CONTENT

message envoy.type.http.v3.Cookie
  4 attributes repeated envoy.type.http.v3.CookieAttribute

message envoy.type.http.v3.CookieAttribute
  1 name string {"max_bytes":16384,"min_len":1,"strict":false,"well_known_regex":"HTTP_HEADER_NAME"}
  2 value string {"max_bytes":16384,"strict":false,"well_known_regex":"HTTP_HEADER_VALUE"}

message envoy.type.matcher.v3.AddressMatcher
  1 ranges repeated xds.core.v3.CidrRange
  2 invert_match bool

message envoy.type.matcher.v3.FilterStateMatcher
  3 address_match envoy.type.matcher.v3.AddressMatcher of matcher

message envoy.type.matcher.v3.HttpResponseLocalReplyMatchInput

message envoy.type.metadata.v3.MetadataKey.PathSegment
  2 index uint32 of segment

message envoy.type.tracing.v3.CustomTag
  6 value string of type
  7 value_type envoy.type.tracing.v3.CustomTag.ValueType {"defined_only":true}

enum envoy.type.tracing.v3.CustomTag.ValueType
  0 UNSPECIFIED
  1 STRING
  2 INT
  3 DOUBLE
  4 BOOL

message envoy.type.v3.Scope
  1 max_counters .UInt32Value
  2 max_gauges .UInt32Value
  3 max_histograms .UInt32Value
  4 enable_eviction bool
  5 prefix string
  6 sharing_name string

message envoy.type.v3.TokenBucket
  1 max_tokens uint32 {"gte":0}

message xds.data.orca.v3.OrcaLoadReport
  1 cpu_utilization double {"gte":0}
  2 mem_utilization double {"gte":0,"lte":1}
  3 rps uint64 deprecated
  4 request_cost map<string,double>
  5 utilization map<string,double> {"values":{"gte":0,"lte":1}}
  6 rps_fractional double {"gte":0}
  7 eps double {"gte":0}
  8 named_metrics map<string,double>
  9 application_utilization double {"gte":0}

message xds.service.orca.v3.OrcaLoadReportRequest
  1 report_interval .Duration
  2 request_cost_names repeated string

message xds.type.matcher.v3.Matcher.OnMatch
  3 keep_matching bool

message xds.type.matcher.v3.StringMatcher
  8 custom xds.core.v3.TypedExtensionConfig of match_pattern

message xds.type.v3.CelExpression
  oneof expr_specifier
  1 parsed_expr google.api.expr.v1alpha1.ParsedExpr of expr_specifier deprecated
  2 checked_expr google.api.expr.v1alpha1.CheckedExpr of expr_specifier deprecated
  3 cel_expr_parsed cel.expr.ParsedExpr
  4 cel_expr_checked cel.expr.CheckedExpr
  5 cel_expr_string string
`;
