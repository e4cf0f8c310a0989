/** `FieldDescriptorProto.Type`. */
export const FieldType = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  group: 10,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
} as const;

export interface FieldSchema {
  readonly name: string;
  readonly jsonName: string;
  readonly number: number;
  readonly type: number;
  readonly isRepeated: boolean;
  /** Absence differs from the default: messages, members of oneofs, `optional`. */
  readonly hasPresence: boolean;
  /** As the file has it, without the leading dot. */
  readonly typeName: string;
  message: MessageSchema | null;
  enumeration: EnumSchema | null;
}

export interface MessageSchema {
  readonly name: string;
  readonly isMapEntry: boolean;
  readonly fields: readonly FieldSchema[];
  readonly byNumber: ReadonlyMap<number, FieldSchema>;
  /** By the name in the file and by the one in JSON. */
  readonly byName: ReadonlyMap<string, FieldSchema>;
}

export interface EnumSchema {
  readonly name: string;
  readonly names: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<string, number>;
}

/** A `google.api.HttpRule` without its additional bindings. */
export interface HttpRule {
  /** `GET`, or the kind of a custom rule. */
  readonly method: string;
  readonly path: string;
  /** `*`, the path of a field, or empty. */
  readonly body: string;
  readonly responseBody: string;
}

export interface MethodSchema {
  readonly name: string;
  /** Of the service and method, `/pkg.Service/Method`. */
  readonly path: string;
  readonly input: MessageSchema;
  readonly output: MessageSchema;
  readonly streamsIn: boolean;
  readonly streamsOut: boolean;
  /** The rule and its additional bindings; empty when the method has none. */
  readonly rules: readonly HttpRule[];
}

export interface Schema {
  readonly messages: ReadonlyMap<string, MessageSchema>;
  readonly services: ReadonlyMap<string, readonly MethodSchema[]>;
}
