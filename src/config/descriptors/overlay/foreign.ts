/** Types of other packages that configuration can hold, which no installed `.proto` file defines. */
export const FOREIGN = `
enum google.protobuf.NullValue
  0 NULL_VALUE

message opentelemetry.proto.common.v1.AnyValue
  oneof value
  1 string_value string of value
  2 bool_value bool of value
  3 int_value int64 of value
  4 double_value double of value
  5 array_value opentelemetry.proto.common.v1.ArrayValue of value
  6 kvlist_value opentelemetry.proto.common.v1.KeyValueList of value
  7 bytes_value bytes of value

message opentelemetry.proto.common.v1.ArrayValue
  1 values repeated opentelemetry.proto.common.v1.AnyValue

message opentelemetry.proto.common.v1.KeyValue
  1 key string
  2 value opentelemetry.proto.common.v1.AnyValue

message opentelemetry.proto.common.v1.KeyValueList
  1 values repeated opentelemetry.proto.common.v1.KeyValue
`;
