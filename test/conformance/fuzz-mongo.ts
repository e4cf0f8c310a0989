import { deepEqual, equal } from 'node:assert/strict';
import { MersenneTwister } from '../../src/base/mersenne-twister.js';
import { MongoDecoder, mongoLimits } from '../../src/codec/mongo/mongo-decoder.js';
import { unsnappy } from '../../src/codec/mongo/snappy.js';
import type { MongoMessage } from '../../src/codec/mongo/wire-message.js';
import { messageText } from '../../src/extensions/filters/network/mongo-proxy/message-text.js';
import { commandInfo, queryInfo } from '../../src/extensions/filters/network/mongo-proxy/query-info.js';
import { bson, value } from '../support/mongo/bson-bytes.js';
import {
  bodySection,
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
} from '../support/mongo/wire-bytes.js';

const limits = { ...mongoLimits, messageBytes: 4096 };
const id = '0123456789abcdef01234567';
const rich = bson([
  ['find', value.string('things')],
  ['filter', value.document([['_id', value.array([value.double(1.5), value.objectId(id)])]])],
  ['$comment', value.string('{"callingFunction": "f"}')],
  ['b', value.binary(Buffer.from([0, 255]), 4)],
  ['r', value.regex('^a', 'i')],
  [
    'n',
    value.document([
      ['x', value.null],
      ['t', value.boolean(true)],
      ['d', value.datetime(5n)],
    ]),
  ],
]);
const newer = bson([
  ['ping', value.decimal128('00'.repeat(16))],
  ['p', value.dbPointer('c', id)],
  ['w', value.codeWithScope('x()', [['a', value.int32(1)]])],
  ['m', value.minKey],
]);
/** The five bytes of `hello` twice, the second time as a copy. */
const packed = Buffer.from('0a1068656c6c6f0505', 'hex');

const seeds: readonly Buffer[] = [
  opQuery({ id: 1 }, 'db.things', rich, { fields: rich }),
  opQuery({ id: 1 }, 'db.$cmd', bson([['$query', value.document([['find', value.string('c')]])]])),
  opReply({ id: 2, to: 1 }, [rich, rich], { cursor: 5n }),
  opInsert({ id: 3 }, 'db.c', [rich, rich]),
  opGetMore({ id: 4 }, 'db.c', 5, 6n),
  opKillCursors({ id: 5 }, [1n, 2n]),
  opCommand({ id: 6 }, 'db', 'ping', [rich, rich, rich]),
  opCommandReply({ id: 7 }, [rich, rich]),
  opMsg({ id: 8 }, [bodySection(rich), sequence('documents', [newer, rich])]),
  opMsg({ id: 9 }, [sequence('documents', [newer]), bodySection(newer)], 0x10003),
  opCompressed(opQuery({ id: 10 }, 'db.c', rich)),
  opCompressed(opMsg({ id: 11 }, [bodySection(rich)]), 0, (bytes) => bytes),
  opCompressed(opMsg({ id: 12 }, [Buffer.from('hellohello')]), 1, () => packed),
];

interface Heard {
  readonly told: readonly string[];
  readonly isSound: boolean;
}

/** Everything that the filter does with a message is done with it. */
function look(message: MongoMessage, isShown: boolean): string {
  if (message.op === 'query') queryInfo(message);
  if (message.op === 'msg') commandInfo(message.body);
  if (!isShown) return `${message.op} ${message.requestId}`;
  const text = messageText(message);
  JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
  return text;
}

function hear(pieces: readonly Buffer[], isShown: boolean): Heard {
  const told: string[] = [];
  const events = {
    onMessage: (message: MongoMessage) => told.push(look(message, isShown)) > 0,
    onCompressed: () => {},
  };
  const decoder = new MongoDecoder(events, false, limits);
  const isSound = pieces.every((piece) => decoder.decode(piece, 0, piece.length, true));
  return { told, isSound };
}

/**
 * Broken MongoDB: the same messages however it is cut, lines that are JSON, and no throw. Answers how many conversations
 * were sound to their end.
 */
export function fuzzMongo(runs: number, seed: number): number {
  const draw = new MersenneTwister(seed);
  const pick = (): Buffer => seeds[draw.next() % seeds.length] as Buffer;
  let sound = 0;
  for (let run = 0; run < runs; run++) {
    const bytes = mutate(Buffer.concat([pick(), pick()]), draw);
    const isShown = run % 16 === 0;
    const whole = hear([bytes], isShown);
    const cut = hasShortLength(bytes) ? bytes.length : draw.next() % (bytes.length + 1);
    const cutOnce = hear([bytes.subarray(0, cut), bytes.subarray(cut)], isShown);
    equal(cutOnce.isSound, whole.isSound, bytes.toString('hex'));
    if (cutOnce.told.join() !== whole.told.join()) deepEqual(cutOnce, whole, bytes.toString('hex'));
    if (whole.isSound) sound++;
    const bent = mutate(packed, draw);
    if (run % 8 === 0) unsnappy(bent, 0, bent.length, 10);
  }
  return sound;
}

/** Behind a length that is shorter than a head, what is read depends on how the bytes are cut, as in Envoy. */
function hasShortLength(bytes: Buffer): boolean {
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readInt32LE(at);
    if (length < 0 || length > limits.messageBytes) return false;
    if (length < 16) return true;
    at += length;
  }
  return false;
}

/** Up to three bytes are changed, put in or taken out. */
function mutate(bytes: Buffer, draw: MersenneTwister): Buffer {
  let changed = Buffer.from(bytes);
  for (let left = draw.next() % 4; left > 0; left--) {
    const at = draw.next() % changed.length;
    const kind = draw.next() % 8;
    if (kind === 0) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + 1)]);
    else if (kind === 1)
      changed = Buffer.concat([changed.subarray(0, at), Buffer.from([0]), changed.subarray(at)]);
    else changed[at] = kind < 5 ? draw.next() & 0xff : (changed[at] as number) ^ (1 << (draw.next() & 7));
  }
  return changed;
}
