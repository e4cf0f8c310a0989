import type { FieldSchema, MessageSchema } from '../../../../codec/protobuf/schema.js';
import { FieldType } from '../../../../codec/protobuf/schema.js';

const field = (number: number, name: string, type: number, jsonName = name): FieldSchema => ({
  name,
  jsonName,
  number,
  type,
  isRepeated: false,
  hasPresence: false,
  typeName: '',
  message: null,
  enumeration: null,
});

function message(name: string, fields: readonly FieldSchema[]): MessageSchema {
  return {
    name,
    isMapEntry: false,
    fields,
    byNumber: new Map(fields.map((one) => [one.number, one])),
    byName: new Map(fields.map((one) => [one.name, one])),
  };
}

const anyMessage = message('google.protobuf.Any', [
  field(1, 'type_url', FieldType.string, 'typeUrl'),
  field(2, 'value', FieldType.bytes),
]);

/** `google.rpc.Status`, which descriptor sets need not have. */
export const rpcStatus: MessageSchema = message('google.rpc.Status', [
  field(1, 'code', FieldType.int32),
  field(2, 'message', FieldType.string),
  { ...field(3, 'details', FieldType.message), isRepeated: true, message: anyMessage },
]);
