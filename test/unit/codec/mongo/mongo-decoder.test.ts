import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { MongoDecoder, type MongoLimits, mongoLimits } from '../../../../src/codec/mongo/mongo-decoder.js';
import type { MongoMessage } from '../../../../src/codec/mongo/wire-message.js';
import { bson, int32Bytes, value } from '../../../support/mongo/bson-bytes.js';
import {
  bodySection,
  message,
  opCommand,
  opCommandReply,
  opCompressed,
  opGetMore,
  opInsert,
  opKillCursors,
  opMsg,
  opQuery,
  opReply,
  sequence,
} from '../../../support/mongo/wire-bytes.js';

const one = bson([['a', value.int32(1)]]);
const two = bson([['b', value.string('x')]]);

interface Heard {
  readonly isSound: boolean;
  readonly told: readonly string[];
}

/** What a message says, without where it stands. */
function shown(message: MongoMessage): string {
  return JSON.stringify(message, (key, it: unknown) => {
    if (typeof it === 'bigint') return `${it}n`;
    if (typeof it === 'object' && it !== null && 'start' in it && 'bytes' in it) {
      const { bytes, start, end } = it as { bytes: Buffer; start: number; end: number };
      return bytes.subarray(start, end).toString('hex');
    }
    return key === 'bytes' ? undefined : it;
  });
}

function hear(
  pieces: readonly Buffer[],
  limits: MongoLimits = mongoLimits,
  takesMsg = true,
  refuses = '',
): Heard {
  const told: string[] = [];
  const decoder = new MongoDecoder(
    {
      onMessage: (it) => {
        told.push(shown(it));
        return it.op !== refuses;
      },
      onCompressed: () => told.push('compressed'),
    },
    false,
    limits,
  );
  // Bytes are only lent: what is heard of them must not change with them.
  const isSound = pieces.every((piece) => {
    const lent = Buffer.from(piece);
    const goesOn = decoder.decode(lent, 0, lent.length, takesMsg);
    lent.fill(0xee);
    return goesOn;
  });
  return { isSound, told };
}

const samples: { readonly [name: string]: Buffer } = {
  'a query': opQuery({ id: 1, to: 2 }, 'db.c', one, { flags: 2, skip: 3, limit: -4, fields: two }),
  'a reply': opReply({ id: 1, to: 2 }, [one, two], { cursor: -5n, from: 6 }),
  'an insert': opInsert({ id: 1 }, 'db.c', [one, two, one]),
  'get more': opGetMore({ id: 1 }, 'db.c', 5, 1n << 60n),
  'kill cursors': opKillCursors({ id: 1 }, [1n, -1n]),
  'a command': opCommand({ id: 1 }, 'db', 'ping', [one, two, one]),
  'a command reply': opCommandReply({ id: 1 }, [one, two]),
  OP_MSG: opMsg({ id: 1 }, [bodySection(one)]),
  'OP_MSG with sequences': opMsg({ id: 1 }, [
    sequence('documents', [one, two]),
    bodySection(one),
    sequence('more', []),
  ]),
  'OP_MSG with a checksum': opMsg({ id: 1 }, [bodySection(one), sequence('documents', [two])], 1),
  'OP_MSG with optional flags': opMsg({ id: 1 }, [bodySection(one)], 0x10002),
  'OP_MSG with newer values': opMsg({ id: 1 }, [
    bodySection(bson([['d', value.decimal128('00'.repeat(16))]])),
  ]),
  'a compressed query': opCompressed(opQuery({ id: 1 }, 'db.c', one)),
  'a compressed OP_MSG': opCompressed(opMsg({ id: 9, to: 8 }, [bodySection(one)])),
  'a query that is not compressed': opCompressed(opQuery({ id: 1 }, 'db.c', one), 0, (bytes) => bytes),
  'something compressed in an unknown way': opCompressed(opQuery({ id: 1 }, 'db.c', one), 77),
};

test('messages say what they were made of', () => {
  const told = hear(Object.values(samples)).told;
  equal(
    told[0],
    `{"op":"query","requestId":1,"responseTo":2,"flags":2,"collection":"db.c","skip":3,"limit":-4,"query":"${one.toString('hex')}","fields":"${two.toString('hex')}"}`,
  );
  ok(told[1]?.includes('"cursor":"-5n","from":6,"returned":2'));
  equal(told.filter((it) => it === 'compressed').length, 4);
  equal(told.length, Object.keys(samples).length + 3);
});

test('messages are the same however their bytes are cut', () => {
  const bytes = Buffer.concat(Object.values(samples));
  const whole = hear([bytes]);
  ok(whole.isSound);
  for (let cut = 1; cut < bytes.length; cut++) {
    deepEqual(hear([bytes.subarray(0, cut), bytes.subarray(cut)]), whole);
  }
  deepEqual(hear(Array.from(bytes, (byte) => Buffer.from([byte]))), whole);
});

/** How much may be missing at the end so that what is left is still a message. */
const optionalBytes: { readonly [name: string]: readonly number[] } = {
  'a query': [two.length],
  'an insert': [one.length, one.length + two.length, one.length + two.length + one.length],
  'a command': [one.length],
  'OP_MSG with sequences': [sequence('more', []).length],
};

for (const [name, bytes] of Object.entries(samples)) {
  if (name.includes('unknown')) continue;

  test(`${name} that ends early, and says so, is broken`, () => {
    const optional = new Set(optionalBytes[name]);
    for (let length = 16; length < bytes.length; length++) {
      const short = Buffer.from(bytes.subarray(0, length));
      short.writeInt32LE(length, 0);
      equal(hear([short]).isSound, optional.has(bytes.length - length), `${length} of ${bytes.length} bytes`);
    }
  });

  if (name.startsWith('a compressed')) continue;

  test(`${name} with a byte left over is broken`, () => {
    const long = Buffer.concat([bytes, Buffer.from([1])]);
    long.writeInt32LE(long.length, 0);
    equal(hear([long]).isSound, false);
  });
}

const wrong: { readonly [name: string]: Buffer } = {
  'an opcode that nobody knows': message(2001, { id: 1 }, [one]),
  'an OP_MSG without body': opMsg({ id: 1 }, [sequence('a', [one])]),
  'an OP_MSG with two bodies': opMsg({ id: 1 }, [bodySection(one), bodySection(one)]),
  'an OP_MSG with a section of another kind': opMsg({ id: 1 }, [Buffer.from([2]), one]),
  'an OP_MSG with flags that must be known': opMsg({ id: 1 }, [bodySection(one)], 4),
  'an OP_MSG with a sequence that is too long': opMsg({ id: 1 }, [
    bodySection(one),
    Buffer.concat([Buffer.from([1]), int32Bytes(100), Buffer.from('a\0')]),
  ]),
  'an OP_MSG with a sequence that is too short': opMsg({ id: 1 }, [
    bodySection(one),
    Buffer.concat([Buffer.from([1]), int32Bytes(3), Buffer.from('a\0')]),
  ]),
  'a compressed message in a compressed one': opCompressed(opCompressed(opQuery({ id: 1 }, 'db.c', one))),
  'compressed bytes that are none': opCompressed(opQuery({ id: 1 }, 'db.c', one), 2, (bytes) => bytes),
  'more compressed bytes than said': opCompressed(opQuery({ id: 1 }, 'db.c', one), 2, (bytes) =>
    deflateSync(Buffer.concat([bytes, bytes])),
  ),
  'fewer compressed bytes than said': opCompressed(opQuery({ id: 1 }, 'db.c', one), 2, (bytes) =>
    deflateSync(bytes.subarray(1)),
  ),
  'broken Snappy': opCompressed(opQuery({ id: 1 }, 'db.c', one), 1, (bytes) => bytes),
};

for (const [name, bytes] of Object.entries(wrong)) {
  test(`broken: ${name}`, () => equal(hear([bytes]).isSound, false));
}

test('behind a length that cannot be nothing is told, and nothing kept, as in Envoy', () => {
  const query = opQuery({ id: 1 }, 'db.c', one);
  for (const length of [0, 15, -1, mongoLimits.messageBytes + 1, 0x7fff_ffff]) {
    const bytes = Buffer.concat([query, int32Bytes(length), Buffer.alloc(12), query]);
    const cuts = [[bytes], [bytes.subarray(0, query.length + 2), bytes.subarray(query.length + 2), query]];
    for (const pieces of cuts) {
      const { isSound, told } = hear(pieces);
      deepEqual([isSound, told.length], [true, 1], String(length));
    }
  }
});

test('a checksum that is wrong is noticed', () => {
  const bytes = opMsg({ id: 1 }, [bodySection(one)], 1);
  bytes[22] = (bytes[22] ?? 0) ^ 1;
  equal(hear([bytes]).isSound, false);
});

test('OP_MSG and OP_COMPRESSED are broken where they are not wanted', () => {
  equal(hear([samples['OP_MSG'] ?? one], mongoLimits, false).isSound, false);
  equal(hear([samples['a compressed query'] ?? one], mongoLimits, false).isSound, false);
  equal(hear([samples['a query'] ?? one], mongoLimits, false).isSound, true);
});

test('nothing is told behind a message that was refused', () => {
  const heard = hear(
    [Buffer.concat([samples['a query'] ?? one, samples['a reply'] ?? one])],
    mongoLimits,
    true,
    'query',
  );
  equal(heard.isSound, false);
  equal(heard.told.length, 1);
});

test('messages, nesting and elements have limits', () => {
  const bytes = opInsert({ id: 1 }, 'db.c', [one]);
  equal(hear([bytes], { ...mongoLimits, messageBytes: bytes.length }).told.length, 1);
  equal(hear([bytes], { ...mongoLimits, messageBytes: bytes.length - 1 }).told.length, 0);
  equal(hear([bytes], { ...mongoLimits, elements: 0 }).isSound, false);
  equal(hear([bytes], { ...mongoLimits, depth: 0 }).isSound, false);
  const bomb = opCompressed(opInsert({ id: 1 }, 'db.c', [bson([['a', value.string('x'.repeat(10_000))]])]));
  equal(hear([bomb], { ...mongoLimits, messageBytes: 5000 }).isSound, false);
});

test('memory is taken as bytes come, not as heads promise', () => {
  const decoder = new MongoDecoder({ onMessage: () => true, onCompressed: () => {} }, false);
  const head = Buffer.concat([int32Bytes(40_000_000), Buffer.alloc(12)]);
  ok(decoder.decode(head, 0, head.length, true));
  ok(decoder.keptBytes <= 4096);
  decoder.forget();
  equal(decoder.keptBytes, 0);
});
