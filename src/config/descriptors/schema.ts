/** What the walker knows about the v3 API: plain records, printed and read by `notation.ts`. */
export type ScalarType =
  | 'double'
  | 'float'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'sint32'
  | 'sint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed32'
  | 'sfixed64'
  | 'bool'
  | 'string'
  | 'bytes';

const SCALARS: ReadonlySet<string> = new Set<ScalarType>([
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
]);

export function isScalar(type: string): type is ScalarType {
  return SCALARS.has(type);
}

/**
 * Constraint annotations of one field, flattened: the kind of rule follows from the field's type. Durations are in
 * milliseconds. `items`, `keys` and `values` hold the rules of elements.
 */
export interface Rules {
  readonly required?: boolean;
  readonly skip?: boolean;
  readonly ignore_empty?: boolean;
  readonly const?: number | string | boolean;
  readonly lt?: number;
  readonly lte?: number;
  readonly gt?: number;
  readonly gte?: number;
  readonly in?: readonly (number | string)[];
  readonly not_in?: readonly (number | string)[];
  readonly defined_only?: boolean;
  readonly len?: number;
  readonly min_len?: number;
  readonly max_len?: number;
  readonly len_bytes?: number;
  readonly min_bytes?: number;
  readonly max_bytes?: number;
  readonly pattern?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly contains?: string;
  readonly not_contains?: string;
  readonly well_known_regex?: string;
  readonly strict?: boolean;
  readonly email?: boolean;
  readonly hostname?: boolean;
  readonly ip?: boolean;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly uri?: boolean;
  readonly uri_ref?: boolean;
  readonly address?: boolean;
  readonly uuid?: boolean;
  readonly min_items?: number;
  readonly max_items?: number;
  readonly unique?: boolean;
  readonly min_pairs?: number;
  readonly max_pairs?: number;
  readonly items?: Rules;
  readonly keys?: Rules;
  readonly values?: Rules;
}

export type FieldFlag = 'optional' | 'deprecated' | 'disallowed' | 'sensitive' | 'hidden';

export interface FieldSchema {
  readonly name: string;
  readonly number: number;
  /** A scalar, or the full name of a message or enum; of a map, the type of its values. */
  readonly type: string;
  readonly label: 'one' | 'repeated' | 'map';
  /** Scalar type of the keys of a map. */
  readonly keyType: string;
  /** Name of the oneof it belongs to, or empty. */
  readonly oneof: string;
  readonly flags: readonly FieldFlag[];
  readonly rules: Rules | undefined;
}

export interface OneofSchema {
  readonly name: string;
  readonly required: boolean;
}

export interface MessageSchema {
  readonly name: string;
  readonly oneofs: readonly OneofSchema[];
  readonly fields: readonly FieldSchema[];
}

export interface EnumValueSchema {
  readonly name: string;
  readonly number: number;
  readonly flags: readonly FieldFlag[];
}

export interface EnumSchema {
  readonly name: string;
  readonly values: readonly EnumValueSchema[];
}

export interface Schemas {
  readonly messages: Map<string, MessageSchema>;
  readonly enums: Map<string, EnumSchema>;
}
