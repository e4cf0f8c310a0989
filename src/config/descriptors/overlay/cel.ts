/** Parsed and checked expressions as `xds.type.v3.CelExpression` holds them. */
export const CEL = `
message cel.expr.CheckedExpr
  2 reference_map map<int64,cel.expr.Reference>
  3 type_map map<int64,cel.expr.Type>
  5 source_info cel.expr.SourceInfo
  6 expr_version string
  4 expr cel.expr.Expr

message cel.expr.Type
  oneof type_kind
  1 dyn .Empty of type_kind
  2 null .NullValue of type_kind
  3 primitive cel.expr.Type.PrimitiveType of type_kind
  4 wrapper cel.expr.Type.PrimitiveType of type_kind
  5 well_known cel.expr.Type.WellKnownType of type_kind
  6 list_type cel.expr.Type.ListType of type_kind
  7 map_type cel.expr.Type.MapType of type_kind
  8 function cel.expr.Type.FunctionType of type_kind
  9 message_type string of type_kind
  10 type_param string of type_kind
  11 type cel.expr.Type of type_kind
  12 error .Empty of type_kind
  14 abstract_type cel.expr.Type.AbstractType of type_kind

message cel.expr.Type.ListType
  1 elem_type cel.expr.Type

message cel.expr.Type.MapType
  1 key_type cel.expr.Type
  2 value_type cel.expr.Type

message cel.expr.Type.FunctionType
  1 result_type cel.expr.Type
  2 arg_types repeated cel.expr.Type

message cel.expr.Type.AbstractType
  1 name string
  2 parameter_types repeated cel.expr.Type

message cel.expr.Reference
  1 name string
  3 overload_id repeated string
  4 value cel.expr.Constant

message cel.expr.ParsedExpr
  2 expr cel.expr.Expr
  3 source_info cel.expr.SourceInfo

message cel.expr.Expr
  oneof expr_kind
  2 id int64
  3 const_expr cel.expr.Constant of expr_kind
  4 ident_expr cel.expr.Expr.Ident of expr_kind
  5 select_expr cel.expr.Expr.Select of expr_kind
  6 call_expr cel.expr.Expr.Call of expr_kind
  7 list_expr cel.expr.Expr.CreateList of expr_kind
  8 struct_expr cel.expr.Expr.CreateStruct of expr_kind
  9 comprehension_expr cel.expr.Expr.Comprehension of expr_kind

message cel.expr.Expr.Ident
  1 name string

message cel.expr.Expr.Select
  1 operand cel.expr.Expr
  2 field string
  3 test_only bool

message cel.expr.Expr.Call
  1 target cel.expr.Expr
  2 function string
  3 args repeated cel.expr.Expr

message cel.expr.Expr.CreateList
  1 elements repeated cel.expr.Expr
  2 optional_indices repeated int32

message cel.expr.Expr.CreateStruct
  1 message_name string
  2 entries repeated cel.expr.Expr.CreateStruct.Entry

message cel.expr.Expr.CreateStruct.Entry
  oneof key_kind
  1 id int64
  2 field_key string of key_kind
  3 map_key cel.expr.Expr of key_kind
  4 value cel.expr.Expr
  5 optional_entry bool

message cel.expr.Expr.Comprehension
  1 iter_var string
  8 iter_var2 string
  2 iter_range cel.expr.Expr
  3 accu_var string
  4 accu_init cel.expr.Expr
  5 loop_condition cel.expr.Expr
  6 loop_step cel.expr.Expr
  7 result cel.expr.Expr

message cel.expr.Constant
  oneof constant_kind
  1 null_value .NullValue of constant_kind
  2 bool_value bool of constant_kind
  3 int64_value int64 of constant_kind
  4 uint64_value uint64 of constant_kind
  5 double_value double of constant_kind
  6 string_value string of constant_kind
  7 bytes_value bytes of constant_kind
  8 duration_value .Duration of constant_kind deprecated
  9 timestamp_value .Timestamp of constant_kind deprecated

message cel.expr.SourceInfo
  1 syntax_version string
  2 location string
  3 line_offsets repeated int32
  4 positions map<int64,int32>
  5 macro_calls map<int64,cel.expr.Expr>
  6 extensions repeated cel.expr.SourceInfo.Extension

message cel.expr.SourceInfo.Extension
  1 id string
  2 affected_components repeated cel.expr.SourceInfo.Extension.Component
  3 version cel.expr.SourceInfo.Extension.Version

message cel.expr.SourceInfo.Extension.Version
  1 major int64
  2 minor int64

message cel.expr.Value
  oneof kind
  1 null_value .NullValue of kind
  2 bool_value bool of kind
  3 int64_value int64 of kind
  4 uint64_value uint64 of kind
  5 double_value double of kind
  6 string_value string of kind
  7 bytes_value bytes of kind
  9 enum_value cel.expr.EnumValue of kind
  10 object_value .Any of kind
  11 map_value cel.expr.MapValue of kind
  12 list_value cel.expr.ListValue of kind
  15 type_value string of kind

message cel.expr.EnumValue
  1 type string
  2 value int32

message cel.expr.ListValue
  1 values repeated cel.expr.Value

message cel.expr.MapValue
  1 entries repeated cel.expr.MapValue.Entry

message cel.expr.MapValue.Entry
  1 key cel.expr.Value
  2 value cel.expr.Value

enum cel.expr.Type.PrimitiveType
  0 PRIMITIVE_TYPE_UNSPECIFIED
  1 BOOL
  2 INT64
  3 UINT64
  4 DOUBLE
  5 STRING
  6 BYTES

enum cel.expr.Type.WellKnownType
  0 WELL_KNOWN_TYPE_UNSPECIFIED
  1 ANY
  2 TIMESTAMP
  3 DURATION

enum cel.expr.SourceInfo.Extension.Component
  0 COMPONENT_UNSPECIFIED
  1 COMPONENT_PARSER
  2 COMPONENT_TYPE_CHECKER
  3 COMPONENT_RUNTIME
`;
