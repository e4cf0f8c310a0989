import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkStatus } from '../../../../../../src/api/network-filter.js';
import type { MongoProxyConfig } from '../../../../../../src/extensions/filters/network/mongo-proxy/config.js';
import { mongoProxy } from '../../../../../../src/extensions/filters/network/mongo-proxy/mongo-proxy-filter.js';
import { bson, value } from '../../../../../support/mongo/bson-bytes.js';
import {
  bodySection,
  opCompressed,
  opGetMore,
  opInsert,
  opMsg,
  opQuery,
  opReply,
  sequence,
} from '../../../../../support/mongo/wire-bytes.js';
import { networkThreads } from '../../../../../support/network-thread.js';

const config: MongoProxyConfig = {
  statPrefix: 'p',
  accessLogPath: '',
  delay: null,
  emitsMetadata: false,
  commands: ['insert'],
  maxDepth: 100,
};
const everything = bson([]);

/** A connection through the filter; `client` and `server` say what each sends. */
function connect(changes: Partial<MongoProxyConfig> = {}, runtime: { readonly [key: string]: number } = {}) {
  const threads = networkThreads(runtime);
  const { filter, connection, closes } = threads.build(mongoProxy, { ...config, ...changes })();
  const client = (bytes: Buffer, end = false) =>
    filter.onData?.({ buffer: bytes, start: 0, end: bytes.length }, end);
  const server = (bytes: Buffer, end = false) =>
    filter.onWrite?.({ buffer: bytes, start: 0, end: bytes.length }, end);
  const stat = (name: string): number => threads.stats.get(`mongo.p.${name}`) ?? 0;
  return { ...threads, filter, connection, closes, client, server, stat };
}

const find = (more: Parameters<typeof bson>[0] = []) =>
  bson([['find', value.string('things')], ...more, ['$db', value.string('db')]]);
const command = (name: string, collection = 'things') =>
  bson([
    [name, value.string(collection)],
    ['$db', value.string('db')],
  ]);
const msg = (id: number, body: Buffer, flags = 0) => opMsg({ id }, [bodySection(body)], flags);

test('an OP_MSG is counted like the query or command that it is', () => {
  const { client, server, stat } = connect();
  const site = value.string('{"callingFunction": "f"}');
  client(
    msg(
      1,
      find([
        ['filter', value.document([])],
        ['comment', site],
      ]),
    ),
  );
  client(msg(2, command('insert')));
  client(msg(3, command('aggregate')));
  equal(stat('op_msg'), 3);
  equal(stat('op_query'), 0);
  equal(stat('op_query_active'), 3);
  equal(stat('op_query_scatter_get'), 1);
  equal(stat('collection.things.query.total'), 1);
  equal(stat('collection.things.callsite.f.query.scatter_get'), 1);
  equal(stat('cmd.insert.total'), 1);
  equal(stat('cmd.unknown_command.total'), 1);
  server(opMsg({ id: 9, to: 2 }, [bodySection(everything)]));
  equal(stat('op_msg_reply'), 1);
  equal(stat('op_query_active'), 2);
});

test('an OP_MSG that wants no reply is not waited for', () => {
  const { client, stat } = connect();
  client(msg(1, command('insert'), 2));
  equal(stat('cmd.insert.total'), 1);
  equal(stat('op_query_active'), 0);
});

test('a stream of replies answers one request until its last', () => {
  const { client, server, stat } = connect();
  client(msg(1, command('getMore')));
  server(opMsg({ id: 50, to: 1 }, [bodySection(everything)], 2));
  server(opMsg({ id: 51, to: 50 }, [bodySection(everything)], 2));
  equal(stat('op_query_active'), 1);
  server(opMsg({ id: 52, to: 51 }, [bodySection(everything)]));
  equal(stat('op_query_active'), 0);
});

test('a compressed message counts as what it is', () => {
  const { client, stat } = connect();
  client(opCompressed(msg(1, command('insert'))));
  equal(stat('op_compressed'), 1);
  equal(stat('op_msg'), 1);
  equal(stat('cmd.insert.total'), 1);
});

test('OP_MSG is a decoding error once runtime says so', () => {
  const { client, server, stat } = connect({}, { 'mongo.op_msg_enabled': 0 });
  equal(client(msg(1, command('insert'))), NetworkStatus.Continue);
  client(opQuery({ id: 1 }, 'db.c', everything));
  server(opReply({ id: 1 }, []));
  equal(stat('decoding_error'), 1);
  equal(stat('op_query') + stat('op_reply') + stat('op_msg'), 0);
});

test('nothing is sniffed while runtime says so', () => {
  const { client, stat } = connect({}, { 'mongo.proxy_enabled': 0 });
  client(opQuery({ id: 1 }, 'db.c', everything));
  client(Buffer.from('this is no MongoDB'));
  equal(stat('op_query') + stat('decoding_error'), 0);
});

test('lines of OP_MSG show requests whole and replies by their number', () => {
  const { client, server, lines } = connect({ accessLogPath: '/log' });
  client(opMsg({ id: 1 }, [bodySection(command('insert')), sequence('documents', [everything, find()])]));
  server(opMsg({ id: 2, to: 1 }, [bodySection(find()), sequence('more', [everything, everything])], 0x10000));
  deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      {
        time: '1970-01-01T00:00:00.000Z',
        message: {
          opcode: 'OP_MSG',
          id: 1,
          response_to: 0,
          flags: '0x0',
          body: { insert: 'things', $db: 'db' },
          sequences: { documents: [{}, { find: 'things', $db: 'db' }] },
        },
        upstream_host: '-',
      },
      {
        time: '1970-01-01T00:00:00.000Z',
        message: {
          opcode: 'OP_MSG',
          id: 2,
          response_to: 1,
          flags: '0x10000',
          body: '{...}',
          sequences: { more: 2 },
        },
        upstream_host: '-',
      },
    ],
  );
});

for (const key of ['mongo.connection_logging_enabled', 'mongo.logging_enabled']) {
  test(`${key} switches lines off`, () => {
    const { client, lines } = connect({ accessLogPath: '/log' }, { [key]: 0 });
    client(opGetMore({ id: 1 }, 'db.c', 1, 1n));
    deepEqual(lines, []);
  });
}

test('metadata names what the last bytes do to which collection', () => {
  const { client, server, connection } = connect({ emitsMetadata: true });
  const metadata = () => connection.record.dynamicMetadata?.get('envoy.filters.network.mongo_proxy');
  client(Buffer.concat([msg(1, find()), msg(2, command('update')), opInsert({ id: 3 }, 'db.things', [])]));
  deepEqual(metadata(), { 'db.things': ['query', 'update', 'insert'] });
  client(msg(4, command('delete', 'other')));
  deepEqual(metadata(), { 'db.other': ['delete'] });
  server(opReply({ id: 9 }, []));
  deepEqual(metadata(), {});
});

const delay = {
  ms: 100,
  fraction: { numerator: 100, denominator: 100, runtimeKey: 'mongo.fault.fixed_delay.percent' },
};

test('what a client sends waits for the end of a delay, and is counted once', () => {
  const { client, time, connection, stat } = connect({ delay });
  const first = opQuery({ id: 1 }, 'db.c', everything);
  equal(client(first), NetworkStatus.Stop);
  time.advance(50);
  equal(client(Buffer.concat([first, opQuery({ id: 2 }, 'db.c', everything)])), NetworkStatus.Stop);
  equal(connection.continues, 0);
  time.advance(60);
  equal(connection.continues, 1);
  equal(stat('op_query'), 2);
  equal(stat('delays_injected'), 1);
  client(opQuery({ id: 3 }, 'db.c', everything));
  equal(stat('op_query'), 3);
  equal(stat('delays_injected'), 2);
});

test('runtime overrides how long and how often messages are delayed', () => {
  const never = connect({ delay }, { 'mongo.fault.fixed_delay.percent': 0 });
  equal(never.client(opQuery({ id: 1 }, 'db.c', everything)), NetworkStatus.Continue);
  const none = connect({ delay }, { 'mongo.fault.fixed_delay.duration_ms': 0 });
  equal(none.client(opQuery({ id: 1 }, 'db.c', everything)), NetworkStatus.Continue);
  const long = connect({ delay }, { 'mongo.fault.fixed_delay.duration_ms': 1000 });
  long.client(opQuery({ id: 1 }, 'db.c', everything));
  long.time.advance(900);
  equal(long.connection.continues, 0);
  long.time.advance(110);
  equal(long.connection.continues, 1);
});

test('a draining listener closes a connection behind the last reply', () => {
  const { client, server, drain, time, closes, stat } = connect();
  client(opQuery({ id: 1 }, 'db.c', everything));
  client(opQuery({ id: 2 }, 'db.c', everything));
  drain.isDraining = true;
  server(opReply({ id: 9, to: 1 }, []));
  equal(stat('cx_drain_close'), 0);
  server(opReply({ id: 9, to: 2 }, []));
  equal(stat('cx_drain_close'), 1);
  deepEqual(closes, []);
  time.advance(10);
  deepEqual(closes, ['flush ']);
});

test('runtime may keep connections of a draining listener', () => {
  const { server, drain, stat } = connect({}, { 'mongo.drain_close_enabled': 0 });
  drain.isDraining = true;
  server(opReply({ id: 9, to: 2 }, []));
  equal(stat('cx_drain_close'), 0);
});

test('who closes a connection with a query in progress is counted', () => {
  for (const [kind, counter] of [
    ['local', 'cx_destroy_local_with_active_rq'],
    ['remote', 'cx_destroy_remote_with_active_rq'],
    ['remote-reset', 'cx_destroy_remote_with_active_rq'],
  ] as const) {
    const { client, filter, stat } = connect();
    client(opQuery({ id: 1 }, 'db.c', everything));
    filter.onClose?.(kind);
    equal(stat(counter), 1, kind);
    equal(stat('op_query_active'), 0);
  }
});

test('where both sides end, the last one closes', () => {
  const none = Buffer.alloc(0);
  const first = connect();
  first.client(opQuery({ id: 1 }, 'db.c', everything), true);
  first.server(none, true);
  first.filter.onClose?.('remote');
  equal(first.stat('cx_destroy_local_with_active_rq'), 1);
  const second = connect();
  second.client(opQuery({ id: 1 }, 'db.c', everything));
  second.server(none, true);
  second.client(none, true);
  second.filter.onClose?.('local');
  equal(second.stat('cx_destroy_remote_with_active_rq'), 1);
});

test('names that clients make up are counted up to a limit, and take no line of their own', () => {
  const { client, stats, stat } = connect();
  for (let i = 0; i < 2100; i++) client(opQuery({ id: i }, `db.c${i}`, everything));
  equal([...stats.keys()].filter((name) => /collection\..*total/.test(name)).length, 2000);
  equal(stat('op_query'), 2100);
  const broken = connect();
  broken.client(opQuery({ id: 1 }, 'db.a\nb', everything));
  equal(broken.stat('collection.a_b.query.total'), 1);
});
