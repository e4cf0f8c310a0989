import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, MongoBulkWriteError } from 'mongodb';
import { eventually } from '../support/eventually.js';
import {
  checkCommands,
  connect,
  count,
  cursor,
  nameOf,
  requestLines,
} from '../support/mongo/driver-setup.js';
import { startJavaServer, withoutJavaServer } from '../support/mongo/java-server.js';
import { OwnServer } from '../support/mongo/own-server.js';

const root = 'mongo.main';

test('bulks, cursors and many connections at once are counted and logged', {
  skip: withoutJavaServer,
}, async (t) => {
  const port = await startJavaServer(t);
  const { proxy, client, sent } = await connect(t, port, { maxPoolSize: 8 });
  const things = client.db('shop').collection<{ _id: number; n?: number }>('things');
  const twice = [1, 2, 2, 3].map((_id) => ({ insertOne: { document: { _id } } }));
  const stored = async (ordered: boolean): Promise<number> => {
    await rejects(things.bulkWrite(twice, { ordered }), MongoBulkWriteError);
    return (await things.deleteMany({})).deletedCount;
  };
  deepEqual([await stored(true), await stored(false)], [2, 3]);

  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const ids = Array.from({ length: 25 }, (_, k) => i * 100 + k);
      await things.insertMany(ids.map((_id) => ({ _id, n: i })));
      equal((await things.find({ n: i }).batchSize(10).toArray()).length, 25);
      await things.updateOne({ _id: i * 100 }, { $set: { n: -1 } });
    }),
  );
  const broken = things.find({}).batchSize(10);
  for (let i = 0; i < 15; i++) ok(await broken.hasNext(), String(await broken.next()));
  await broken.close();
  equal(await things.countDocuments({ n: -1 }), 40);

  await checkCommands(proxy, sent);
  equal(count(sent, 'killCursors'), 1);
  equal(await proxy.stat(`${root}.collection.things.query.total`), count(sent, 'find'));
  equal(await proxy.stat(`${root}.decoding_error`), 0);
  const lines = await requestLines(proxy, sent);
  deepEqual(lines.map(({ message }) => nameOf(message.body)).sort(), [...sent].sort());
});

test('events of a change stream are waited for by one request at a time', async (t) => {
  let tell = (_: Document): void => {};
  const server = await OwnServer.start(t, {
    aggregate: () => cursor([], 77),
    getMore: () => new Promise((resolve) => (tell = resolve)),
    killCursors: () => ({}),
  });
  const { proxy, client, sent } = await connect(t, server.port, { maxPoolSize: 1 });
  const stream = client.db('shop').collection('things').watch([], { maxAwaitTimeMS: 60_000 });
  for (const at of [1, 2, 3]) {
    const next = stream.next();
    await eventually(() => count(server.commands, 'getMore') === at);
    await eventually(async () => (await proxy.stat(`${root}.op_query_active`)) === 1);
    const event = {
      _id: { at },
      operationType: 'insert',
      documentKey: { _id: at },
      ns: { db: 'shop', coll: 'things' },
    };
    tell(cursor([event], 77, 'nextBatch'));
    deepEqual((await next)._id, { at });
  }
  await stream.close();
  await eventually(async () => (await proxy.stat(`${root}.op_query_active`)) === 0);
  await checkCommands(proxy, sent);
  equal(await proxy.stat(`${root}.decoding_error`), 0);
});

test('a request that wants no answer does not wait for one', async (t) => {
  const server = await OwnServer.start(t, {});
  const { proxy, client } = await connect(t, server.port, { maxPoolSize: 1 });
  const things = client.db('shop').collection<{ _id: number }>('things', { writeConcern: { w: 0 } });
  for (let _id = 0; _id < 5; _id++) await things.insertOne({ _id });
  await client.db('shop').command({ ping: 1 });
  await eventually(async () => (await proxy.stat(`${root}.cmd.insert.total`)) === 5);
  equal(server.unanswered, 5);
  await eventually(async () => (await proxy.stat(`${root}.op_query_active`)) === 0);
});

test('a server that goes on answering is waited for until the client goes', async (t) => {
  const topologyVersion = { processId: '0123456789abcdef01234567', counter: 1n };
  const server = await OwnServer.start(t, { hello: () => ({ topologyVersion }) });
  const { proxy, client } = await connect(t, server.port, { serverMonitoringMode: 'stream' });
  await eventually(async () => (await proxy.stat(`${root}.op_msg_reply`)) >= 3);
  await eventually(async () => (await proxy.stat(`${root}.op_query_active`)) === 1);
  await client.close();
  await eventually(async () => (await proxy.stat(`${root}.op_query_active`)) === 0);
  equal(await proxy.stat(`${root}.decoding_error`), 0);
});
