import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { MongoClient } from 'mongodb';
import {
  checkCommands,
  connect,
  count,
  cursor,
  front,
  nameOf,
  requestLines,
} from '../support/mongo/driver-setup.js';
import { startJavaServer, withoutJavaServer } from '../support/mongo/java-server.js';
import { OwnServer } from '../support/mongo/own-server.js';
import { startProxy } from '../support/proxy.js';

test('what the official driver does on a server is counted and logged', {
  skip: withoutJavaServer,
}, async (t) => {
  const port = await startJavaServer(t);
  const { proxy, client, sent } = await connect(t, port);
  const things = client.db('shop').collection('things');
  await things.createIndex({ n: 1 });
  await things.insertMany(Array.from({ length: 250 }, (_, n) => ({ n, text: `thing ${n} ☃` })));
  await things.insertOne({ n: -1, at: new Date(), pattern: /^a/i, bytes: Buffer.from([0, 255]) });
  const comment = JSON.stringify({ callingFunction: 'listThings' });
  const all = await things.find({}, { batchSize: 50, comment }).toArray();
  equal(all.length, 251);
  const seventh = all.find(({ n }) => n === 7);
  ok(seventh !== undefined);
  const one = await things.findOne({ _id: seventh._id });
  equal(one?.['n'], 7);
  equal((await things.updateMany({ n: { $lt: 10 } }, { $set: { low: true } })).modifiedCount, 11);
  await things.findOneAndUpdate({ n: 5 }, { $inc: { n: 1000 } });
  const bulk = await things.bulkWrite([
    { insertOne: { document: { n: 5000 } } },
    { updateOne: { filter: { n: 5000 }, update: { $set: { bulk: true } } } },
    { deleteOne: { filter: { n: 5000 } } },
  ]);
  deepEqual([bulk.insertedCount, bulk.modifiedCount, bulk.deletedCount], [1, 1, 1]);
  equal((await things.distinct('low')).length, 1);
  equal((await things.aggregate([{ $match: { low: true } }]).toArray()).length, 11);
  equal((await things.deleteMany({ low: true })).deletedCount, 11);
  await client.db('shop').command({ ping: 1 });
  await things.drop();

  await checkCommands(proxy, sent);
  const root = 'mongo.main.collection.things';
  equal(await proxy.stat(`${root}.query.total`), count(sent, 'find'));
  equal(await proxy.stat(`${root}.query.scatter_get`), 1);
  equal(await proxy.stat(`${root}.callsite.listThings.query.total`), 1);
  equal(await proxy.stat('mongo.main.decoding_error'), 0);
  const lines = await requestLines(proxy, sent);
  deepEqual(
    lines.map(({ message }) => nameOf(message.body)),
    sent,
  );
  const inserted = lines.filter(({ message }) => nameOf(message.body) === 'insert');
  deepEqual(
    inserted.map(
      ({ message }) =>
        message.sequences?.['documents']?.length ?? Object.keys(message.body?.['documents']).length,
    ),
    [250, 1, 1],
  );
  equal(inserted[0]?.message.sequences?.['documents'][3].text, 'thing 3 ☃');
  equal(inserted[0]?.upstream_host, `127.0.0.1:${port}`);
});

test('transactions and cursors of the official driver, compressed', async (t) => {
  const server = await OwnServer.start(t, {
    insert: () => ({ n: 1 }),
    update: () => ({ n: 1, nModified: 1 }),
    find: () => cursor([{ _id: 1 }, { _id: 2 }], 77),
    getMore: () => cursor([{ _id: 3 }], 0, 'nextBatch'),
  });
  const { proxy, client, sent } = await connect(t, server.port, { compressors: ['zlib'], maxPoolSize: 1 });
  const things = client.db('shop').collection<{ _id: number }>('things');
  await client.withSession((session) =>
    session.withTransaction(async () => {
      await things.insertOne({ _id: 1 }, { session });
      await things.updateOne({ _id: 1 }, { $set: { a: 'x'.repeat(100_000) } }, { session });
    }),
  );
  const session = client.startSession();
  session.startTransaction();
  await things.insertOne({ _id: 2 }, { session });
  await session.abortTransaction();
  await session.endSession();
  equal((await things.find({}).toArray()).length, 3);

  deepEqual(server.commands.slice(0, sent.length), sent);
  await checkCommands(proxy, sent);
  ok(server.compressed >= sent.length);
  // Each of them once on its way there, and once on its way back.
  ok((await proxy.stat('mongo.main.op_compressed')) >= 2 * sent.length);
  equal(await proxy.stat('mongo.main.collection.things.query.total'), 1);
  equal(await proxy.stat('mongo.main.decoding_error'), 0);
  const [insert, update] = await requestLines(proxy, sent);
  equal(insert?.message.body?.['startTransaction'], true);
  equal(update?.message.body?.['autocommit'], false);
});

test('a driver works on where its messages are not understood', async (t) => {
  const server = await OwnServer.start(t, { find: () => cursor([{ _id: 1 }]) });
  const bootstrap = JSON.parse(front(server.port));
  bootstrap.layered_runtime = {
    layers: [{ name: 'static', static_layer: { 'mongo.op_msg_enabled': 0 } }],
  };
  const proxy = await startProxy(t, JSON.stringify(bootstrap));
  const client = new MongoClient(`mongodb://127.0.0.1:${proxy.port()}/`, { directConnection: true });
  t.after(() => client.close());
  equal((await client.db('shop').collection('things').find({}).toArray()).length, 1);
  ok((await proxy.stat('mongo.main.decoding_error')) >= 1);
  equal(await proxy.stat('mongo.main.op_msg'), 0);
});
