import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Document, MongoClient, type MongoClientOptions } from 'mongodb';
import type { Plain } from '../../src/base/plain.js';
import { eventually } from '../support/eventually.js';
import {
  bootstrapText,
  listener,
  staticCluster,
  tcpAddress,
  tcpProxyFilter,
} from '../support/listener-text.js';
import { startJavaServer, withoutJavaServer } from '../support/mongo/java-server.js';
import { OwnServer } from '../support/mongo/own-server.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';

const commands = [
  'aggregate',
  'abortTransaction',
  'commitTransaction',
  'count',
  'createIndexes',
  'delete',
  'distinct',
  'drop',
  'findAndModify',
  'getMore',
  'insert',
  'ping',
  'update',
];

function front(port: number): string {
  const mongo: Plain = {
    name: 'mongo',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy',
      stat_prefix: 'main',
      access_log: 'mongo.log',
      commands,
    },
  };
  return bootstrapText(
    [listener('main', tcpAddress('127.0.0.1'), [mongo, tcpProxyFilter({ cluster: 'mongo' })])],
    [staticCluster('mongo', [port])],
  );
}

interface Setup {
  readonly proxy: RunningProxy;
  readonly client: MongoClient;
  /** What the driver says that it sent, in order. */
  readonly sent: readonly string[];
}

/** The official driver, with Sluice between it and a server. */
async function connect(t: TestContext, port: number, options: MongoClientOptions = {}): Promise<Setup> {
  const proxy = await startProxy(t, front(port), ['--file-flush-interval-msec', '10']);
  const client = new MongoClient(`mongodb://127.0.0.1:${proxy.port()}/`, {
    directConnection: true,
    monitorCommands: true,
    serverSelectionTimeoutMS: 20_000,
    ...options,
  });
  const sent: string[] = [];
  client.on('commandStarted', ({ commandName }) => sent.push(commandName));
  t.after(() => client.close());
  await client.connect();
  return { proxy, client, sent };
}

function count(names: readonly string[], name: string): number {
  return names.filter((it) => it === name).length;
}

/** Every command that the driver sent is in the stats under its name; main hears of new names a moment later. */
async function checkCommands(proxy: RunningProxy, sent: readonly string[]): Promise<void> {
  const counted: { [name: string]: number } = {};
  const expected = Object.fromEntries(commands.map((name) => [name, count(sent, name)]));
  await eventually(async () => {
    for (const name of commands) counted[name] = await proxy.stat(`mongo.main.cmd.${name}.total`);
    return commands.every((name) => (counted[name] ?? 0) >= (expected[name] ?? 0));
  });
  deepEqual(counted, expected);
}

interface Line {
  readonly message: { readonly opcode: string; readonly body?: Document; readonly sequences?: Document };
  readonly upstream_host: string;
}

/** Lines of OP_MSG requests, once there are as many as commands were sent, without handshakes. */
async function requestLines(proxy: RunningProxy, sent: readonly string[]): Promise<readonly Line[]> {
  let lines: Line[] = [];
  await eventually(() => {
    const text = readFileSync(join(proxy.folder, 'mongo.log'), 'utf8');
    lines = text
      .split('\n')
      .slice(0, -1)
      .map((line): Line => JSON.parse(line))
      .filter(({ message: { opcode, body } }) => opcode === 'OP_MSG' && typeof body === 'object')
      .filter(({ message }) => !/^(?:hello|ismaster)$/i.test(nameOf(message.body)));
    return lines.length >= sent.length;
  });
  return lines;
}

function nameOf(body: Document | undefined): string {
  return Object.keys(body ?? {})[0] ?? '';
}

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

const cursor = (batch: readonly Document[], id = 0, name = 'firstBatch'): Document => ({
  cursor: { id: BigInt(id), ns: 'shop.things', [name]: batch },
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
