import type { Bench } from 'tinybench';
import { MongoDecoder, type MongoEvents } from '../../../src/codec/mongo/mongo-decoder.js';
import type { MongoMessage } from '../../../src/codec/mongo/wire-message.js';
import { messageText } from '../../../src/extensions/filters/network/mongo-proxy/message-text.js';
import { bson, value } from '../../../test/support/mongo/bson-bytes.js';
import { bodySection, opMsg, opQuery } from '../../../test/support/mongo/wire-bytes.js';
import { addBatched } from '../batch.js';

const silent: MongoEvents = { onMessage: () => true, onCompressed: () => undefined };

/** What drivers put into every command. */
const find = bson([
  ['find', value.string('things')],
  ['filter', value.document([['_id', value.objectId('0123456789abcdef01234567')]])],
  ['limit', value.int32(1)],
  ['lsid', value.document([['id', value.binary(Buffer.alloc(16, 7), 4)]])],
  ['$db', value.string('shop')],
]);

const thing = value.document([
  ['_id', value.objectId('0123456789abcdef01234567')],
  ['name', value.string('a thing of some length')],
  ['price', value.double(9.5)],
  ['tags', value.array([value.string('red'), value.string('small')])],
]);

function replyOf(count: number): Buffer {
  const batch = value.array(Array.from({ length: count }, () => thing));
  return bson([
    [
      'cursor',
      value.document([
        ['firstBatch', batch],
        ['id', value.int64(0n)],
        ['ns', value.string('shop.things')],
      ]),
    ],
    ['ok', value.double(1)],
  ]);
}

function decoding(bytes: Buffer, events = silent): () => boolean {
  const decoder = new MongoDecoder(events, false);
  return () => decoder.decode(bytes, 0, bytes.length, true);
}

/** A request and its answer, as they pass in one piece; what the log adds. */
export function add(bench: Bench): void {
  const request = opMsg({ id: 1 }, [bodySection(find)]);
  const shown: MongoEvents = {
    onMessage: (message: MongoMessage) => messageText(message).length > 0,
    onCompressed: () => undefined,
  };
  addBatched(bench, 'mongo: OP_MSG find by _id', decoding(request));
  addBatched(bench, 'mongo: OP_QUERY by _id', decoding(opQuery({ id: 1 }, 'shop.things', find)));
  addBatched(bench, 'mongo: reply of 1 document', decoding(opMsg({ id: 1 }, [bodySection(replyOf(1))])));
  addBatched(bench, 'mongo: reply of 100 documents', decoding(opMsg({ id: 1 }, [bodySection(replyOf(100))])));
  addBatched(bench, 'mongo: OP_MSG find by _id, as a line of the log', decoding(request, shown));
}
