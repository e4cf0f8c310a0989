import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDescriptorSet } from '../../../../src/codec/protobuf/descriptor-set.js';
import { printJson } from '../../../../src/codec/protobuf/json-node.js';
import { JsonEncoder } from '../../../../src/codec/protobuf/json-to-message.js';
import { messageToJson } from '../../../../src/codec/protobuf/message-to-json.js';
import { parseJson } from '../../../../src/codec/protobuf/parse-json.js';
import type { MessageSchema, Schema } from '../../../../src/codec/protobuf/schema.js';
import { descriptorSet } from '../../../support/descriptor-set.js';

const files = descriptorSet([
  {
    name: 'a.proto',
    package: 'a',
    messages: {
      M: {
        i: [1, 'sint64'],
        d: [2, 'double'],
        s: [3, 'string'],
        m: [4, '.a.M'],
        list: [5, 'repeated fixed32'],
        map: [6, 'map<string, .a.M>'],
        kind: [7, '.a.Kind'],
        flag: [8, 'bool'],
        f: [9, 'float'],
        long_name: [10, 'uint64'],
      },
    },
    enums: { Kind: ['NONE', 'SOME'] },
  },
]);
const schema = readDescriptorSet(files) as Schema;
const type = schema.messages.get('a.M') as MessageSchema;
const plain = { isIndented: false, printsDefaults: false, enumsAsNumbers: false, keepsNames: false };

function encoded(text: string): { readonly bytes: Buffer; readonly fault: string } {
  const node = parseJson(text);
  if (!('kind' in node)) return { bytes: Buffer.alloc(0), fault: node.text };
  const encoder = new JsonEncoder(schema, { ignoresEnumCase: false });
  return { bytes: encoder.message(type, node), fault: encoder.fault };
}

function printed(bytes: Buffer, options = plain): string | null {
  const node = messageToJson(type, bytes, options, schema);
  return node === null ? null : printJson(node, options.isIndented);
}

describe('messages as JSON', () => {
  test('what was JSON is the same JSON again', () => {
    for (const text of [
      '{}',
      '{"i":"-5","d":1.5,"s":"é\\n\\u003c"}',
      '{"m":{"m":{"s":"deep"}}}',
      '{"list":[1,4294967295]}',
      '{"map":{"k":{"flag":true}}}',
      '{"kind":"SOME","longName":"18446744073709551615"}',
      '{"d":"NaN","f":"-Infinity"}',
      '{"d":1e+20,"f":0.1}',
    ]) {
      const { bytes, fault } = encoded(text);
      deepEqual([fault, printed(bytes)], ['', text]);
    }
  });

  test('defaults are printed in the order of the file where that is wanted', () => {
    const options = { ...plain, printsDefaults: true, keepsNames: true, enumsAsNumbers: true };
    equal(
      printed(Buffer.alloc(0), options),
      '{"i":"0","d":0,"s":"","list":[],"map":{},"kind":0,"flag":false,"f":0,"long_name":"0"}',
    );
  });

  test('bytes that are no such message are not printed', () => {
    for (const hex of ['08', '1a05', '2202', 'ffffffffffffffffffff', '0b'])
      equal(printed(Buffer.from(hex, 'hex')), null);
  });

  test('faults name the field, and the place in the text', () => {
    equal(encoded('{"m":{"i":"x"}}').fault, 'm.i: invalid value "x" for type TYPE_SINT64');
    equal(encoded('{"list":[-1]}').fault, 'list: invalid value -1 for type TYPE_FIXED32');
    equal(encoded('[]').fault, ': Proto field is not repeating, cannot start list.');
    equal(encoded('{"i":1} x').fault, 'Parsing terminated before end of input.\n{"i":1} x\n        ^');
  });

  test('nesting has an end', () => {
    const { fault } = encoded(`${'{"m":'.repeat(200)}1${'}'.repeat(200)}`);
    equal(fault.startsWith('Message too deep'), true);
  });
});
