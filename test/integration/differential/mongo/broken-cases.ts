import { type BsonValue, bson, int32Bytes, value } from '../../../support/mongo/bson-bytes.js';
import {
  bodySection,
  message,
  opCompressed,
  opInsert,
  opMsg,
  opQuery,
  opReply,
} from '../../../support/mongo/wire-bytes.js';
import type { ByteCase } from '../bytes/byte-case.js';

const ok = bson([['ok', value.int32(1)]]);

/** A request whose bytes are none, and a query behind it that nobody reads. */
function broken(name: string, bytes: (id: number) => Buffer): ByteCase {
  return {
    name: `broken: ${name}`,
    steps: (id) => [
      { client: bytes(id) },
      { client: opQuery({ id: id + 10 }, 'db.after', ok) },
      { server: opReply({ id: id + 11, to: id + 10 }, [ok]) },
    ],
  };
}

function ofValue(type: number, bytes: readonly number[]): Buffer {
  return bson([['a', { type, bytes: Buffer.from(bytes) }]]);
}

/** Documents with one value of each kind that exists, and of some that do not. */
const values: readonly (readonly [name: string, value: BsonValue])[] = [
  ['a double', value.double(-1.5)],
  ['a double of many digits', value.double(0.1 + 0.2)],
  ['a huge double', value.double(1e300)],
  ['a tiny double', value.double(1e-9)],
  ['minus zero', value.double(-0)],
  ['a string', value.string('text')],
  ['an empty string', value.string('')],
  ['a string with quotes and lines', value.string('a"b\nc\td\re')],
  ['a string beyond ASCII', value.string('grün ☃ 𝄞')],
  ['a document', value.document([['b', value.document([])]])],
  ['an array', value.array([value.int32(1), value.string('x'), value.array([])])],
  ['a binary', value.binary(Buffer.from('plain text'))],
  ['a string with a NUL inside', value.string('x\0y')],
  ['a string without NUL at its end', { type: 2, bytes: Buffer.concat([int32Bytes(3), Buffer.from('abc')]) }],
  ['a string of no bytes', { type: 2, bytes: int32Bytes(0) }],
  ['a key beyond ASCII', value.document([['ü', value.null]])],
  ['a string with a backslash', value.string('a\\b')],
  ['a regex with a backslash', value.regex('\\d+', '')],
  ['a binary of strange bytes', value.binary(Buffer.from([0, 1, 127, 128, 255]))],
  ['a binary of a subtype', value.binary(Buffer.from('uuid'), 4)],
  ['an undefined', value.undefined],
  ['an object id', value.objectId('0123456789abcdef01234567')],
  ['a true', value.boolean(true)],
  ['a false', value.boolean(false)],
  ['a date', value.datetime(1_700_000_000_000n)],
  ['a date before 1970', value.datetime(-1n)],
  ['a null', value.null],
  ['a regex', value.regex('^a.*b$', 'im')],
  ['a pointer', value.dbPointer('db.c', '0123456789abcdef01234567')],
  ['a code', value.code('x()')],
  ['a symbol', value.symbol('s')],
  ['a code with scope', value.codeWithScope('x()', [])],
  ['an int32', value.int32(-2_147_483_648)],
  ['a timestamp', value.timestamp(0x7fff_ffff_ffff_ffffn)],
  ['an int64', value.int64(-0x8000_0000_0000_0000n)],
  ['a decimal', value.decimal128('00'.repeat(16))],
  ['a least key', value.minKey],
  ['a greatest key', value.maxKey],
  ['type 0x14', { type: 0x14, bytes: Buffer.alloc(8) }],
];

const byValue: readonly ByteCase[] = values.map(([name, it]) => ({
  name: `value: ${name}`,
  steps: (id) => [
    { client: opQuery({ id }, 'db.values', bson([['key', it]])) },
    { server: opReply({ id: id + 1, to: id }, [bson([['key', it]])]) },
  ],
}));

function nested(depth: number): Buffer {
  let inner: BsonValue = value.document([]);
  for (let i = 2; i < depth; i++) inner = value.document([['a', inner]]);
  return bson(depth === 1 ? [] : [['a', inner]]);
}

const depths: readonly ByteCase[] = [
  ...[99, 100, 101, 102].map((depth) =>
    broken(`nested ${depth} deep`, (id) => opQuery({ id }, 'db.deep', nested(depth))),
  ),
  ...[1, 2, 3].map((depth) => ({
    ...broken(`nested ${depth} deep of two`, (id) => opQuery({ id }, 'db.deep', nested(depth))),
    listener: 'shallow',
  })),
];

const opCodes: readonly ByteCase[] = [0, 2, 1000, 2001, 2003, 2006, 2008, 2009, 2014, -1].map((opCode) =>
  broken(`opcode ${opCode}`, (id) => message(opCode, { id }, [int32Bytes(0), ok])),
);

const framing: readonly ByteCase[] = [
  broken('OP_MSG', (id) => opMsg({ id }, [bodySection(ok)])),
  broken('OP_COMPRESSED', (id) => opCompressed(opQuery({ id }, 'db.a', ok))),
  broken('an empty message', (id) => message(2004, { id }, [])),
  broken('a query without document', (id) =>
    message(2004, { id }, [int32Bytes(0), Buffer.from('db.a\0'), int32Bytes(0), int32Bytes(0)]),
  ),
  broken('a query with a third document', (id) =>
    opQuery({ id }, 'db.a', ok, { fields: Buffer.concat([ok, ok]) }),
  ),
  broken('a name without end', (id) => message(2002, { id }, [int32Bytes(0), Buffer.from('db.a')])),
  broken('half a document', (id) => opInsert({ id }, 'db.a', [ok.subarray(0, 8)])),
  ...[0, 15, -1, 0x7fff_ffff, 0x3100_0000].map((length) =>
    broken(`a length of ${length}`, (id) =>
      Buffer.concat([int32Bytes(length), opQuery({ id }, 'db.a', ok).subarray(4)]),
    ),
  ),
  ...[4, 5, 8, 12, 15, 16, 20].map((length) =>
    broken(`${length} bytes that are zero`, () => Buffer.alloc(length)),
  ),
  broken('HTTP', () => Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')),
  broken('a document of four bytes', (id) => opInsert({ id }, 'db.a', [int32Bytes(4)])),
  broken('a document of negative length', (id) =>
    opInsert({ id }, 'db.a', [int32Bytes(-5), Buffer.alloc(4)]),
  ),
  broken('a document that is not closed', (id) => opInsert({ id }, 'db.a', [Buffer.from([5, 0, 0, 0, 1])])),
  broken('a document that ends early', (id) =>
    opInsert({ id }, 'db.a', [Buffer.from([7, 0, 0, 0, 0, 0, 0])]),
  ),
  broken('a string of negative length', (id) =>
    opInsert({ id }, 'db.a', [ofValue(2, [255, 255, 255, 255, 0])]),
  ),
  broken('a string beyond its document', (id) => opInsert({ id }, 'db.a', [ofValue(2, [255, 0, 0, 0, 0])])),
  broken('a binary of negative length', (id) =>
    opInsert({ id }, 'db.a', [ofValue(5, [255, 255, 255, 255, 0, 0])]),
  ),
  broken('a boolean of two', (id) => opInsert({ id }, 'db.a', [ofValue(8, [2])])),
  broken('a regex without options', (id) => opInsert({ id }, 'db.a', [ofValue(11, [97, 0])])),
  {
    name: 'broken: a reply',
    steps: (id) => [
      { client: opQuery({ id }, 'db.a', ok) },
      { server: message(2013, { id, to: id }, [int32Bytes(0)]) },
      { client: opQuery({ id: id + 1 }, 'db.b', ok) },
    ],
  },
];

export const brokenCases: readonly ByteCase[] = [...byValue, ...depths, ...opCodes, ...framing];
