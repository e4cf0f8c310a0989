import { bson, value } from '../../../support/mongo/bson-bytes.js';
import {
  opCommand,
  opCommandReply,
  opGetMore,
  opInsert,
  opKillCursors,
  opQuery,
  opReply,
} from '../../../support/mongo/wire-bytes.js';
import type { ByteCase, ByteStep } from '../bytes/byte-case.js';

const { document, int32, string, array, int64 } = value;
const ok = bson([['ok', value.double(1)]]);
const everything = bson([]);

/** A query and its reply. */
function asked(name: string, collection: string, query: Buffer, listener = 'main'): ByteCase {
  return {
    name,
    listener,
    steps: (id) => [
      { client: opQuery({ id }, collection, query) },
      { server: opReply({ id: id + 1, to: id }, [ok, ok]) },
    ],
  };
}

/** The same steps of messages that need no reply. */
function sent(name: string, make: (id: number) => Buffer, listener = 'main'): ByteCase {
  return { name, listener, steps: (id) => [{ client: make(id) }] };
}

const comment = (text: string) =>
  bson([
    ['$query', document([])],
    ['$comment', string(text)],
  ]);
const command = (name: string, more: Parameters<typeof bson>[0] = []) => bson([[name, int32(1)], ...more]);

const queries: readonly ByteCase[] = [
  asked('a query of everything', 'db.things', everything),
  asked('a query by _id', 'db.things', bson([['_id', int32(7)]])),
  asked('a query by _id in $query', 'db.things', bson([['$query', document([['_id', string('a')]])]])),
  asked('a query by a list of _id', 'db.things', bson([['_id', document([['$in', array([int32(1)])]])]])),
  asked('a query by an array as _id', 'db.things', bson([['_id', array([int32(1)])]])),
  asked('a query by fields in $query', 'db.things', bson([['$query', document([['a', int32(1)]])]])),
  asked('$query that is no document', 'db.things', bson([['$query', string('a')]])),
  asked('a longest time', 'db.things', bson([['$maxTimeMS', int32(100)]])),
  asked('a longest time of 64 bits', 'db.things', bson([['maxTimeMS', int64(100n)]])),
  asked('a longest time beyond 32 bits', 'db.things', bson([['maxTimeMS', int64(0x1_0000_0000n)]])),
  asked('a longest time that is no number', 'db.things', bson([['maxTimeMS', string('100')]])),
  asked(
    'a longest time of zero',
    'db.things',
    bson([
      ['$maxTimeMS', int32(0)],
      ['maxTimeMS', int32(5)],
    ]),
  ),
  asked('a call site', 'db.things', comment('{"callingFunction": "getByMdn"}')),
  asked(
    'a call site beside more',
    'db.things',
    comment('{"hostname":"h","httpUniqueId":"x","callingFunction":"f"}'),
  ),
  asked('a call site with dots', 'db.things', comment('{"callingFunction": "a.b.c"}')),
  asked('a call site with spaces and a colon', 'db.things', comment('{"callingFunction": "a b:c"}')),
  asked('an empty call site', 'db.things', comment('{"callingFunction": ""}')),
  asked('a call site that is a number', 'db.things', comment('{"callingFunction": 1}')),
  asked('a comment without call site', 'db.things', comment('{"function": "x"}')),
  asked('a comment that is no JSON', 'db.things', comment('hello')),
  asked('a comment that is broken JSON', 'db.things', comment('{"callingFunction": "x"')),
  asked('a comment that is a list', 'db.things', comment('["callingFunction"]')),
  asked('a comment that is empty', 'db.things', comment('')),
  asked('a collection with dots', 'db.a.b.c', everything),
  asked('a collection with a colon', 'db.a:b', everything),
  asked('a collection with no name', 'db.', everything),
  asked('names beyond ASCII', 'db.grün', comment('{"callingFunction": "☃"}')),
  asked('an escaped call site', 'db.things', comment('{"callingFunction": "\\u2603"}')),
  asked('a database without collection', 'db', everything),
  asked('a name with $cmd inside', 'db.my$cmds', command('ping')),
];

const commands: readonly ByteCase[] = [
  asked('a listed command', 'db.$cmd', command('insert')),
  asked('a command that is not listed', 'db.$cmd', command('ping')),
  asked('a command of any name', 'db.$cmd', command('made.up name')),
  asked('a command in $query', 'db.$cmd', bson([['$query', document([['delete', string('c')]])]])),
  asked('an empty command', 'db.$cmd', everything),
  asked('a command without name', 'db.$cmd', command('', [['_id', int32(1)]])),
  asked('an empty command in $query', 'db.$cmd', bson([['$query', document([])]])),
  ...['collstats', 'dbstats', 'findandmodify', 'getlasterror', 'ismaster', 'isMaster', 'count'].map((name) =>
    asked(`the command ${name}`, 'db.$cmd', command(name), 'commands'),
  ),
  asked('insert is not listed here', 'db.$cmd', command('insert'), 'commands'),
  asked('find', 'db.$cmd', bson([['find', string('things')]])),
  asked(
    'find by _id',
    'db.$cmd',
    bson([
      ['find', string('things')],
      ['filter', document([['_id', int32(1)]])],
    ]),
  ),
  asked(
    'find by anything',
    'db.$cmd',
    bson([
      ['find', string('things')],
      ['filter', document([])],
    ]),
  ),
  asked(
    'find by several _id',
    'db.$cmd',
    bson([
      ['find', string('things')],
      ['filter', document([['_id', document([])]])],
    ]),
  ),
  asked(
    'find with a call site',
    'db.$cmd',
    bson([
      ['find', string('things')],
      ['comment', string('{"callingFunction": "f"}')],
    ]),
  ),
  asked(
    'find with a longest time',
    'db.$cmd',
    bson([
      ['find', string('things')],
      ['maxTimeMS', int32(50)],
    ]),
  ),
  asked('find of a number', 'db.$cmd', bson([['find', int32(1)]])),
  asked('find in $query', 'db.$cmd', bson([['$query', document([['find', string('inner')]])]])),
];

const flags: readonly ByteCase[] = [2, 0x10, 0x20, 0x40, 0x80, -1].map((bits) => ({
  name: `a query with flags ${bits}`,
  steps: (id) => [
    {
      client: opQuery({ id }, 'db.things', everything, {
        flags: bits,
        skip: 1,
        limit: -2,
        fields: command('a'),
      }),
    },
    { server: opReply({ id: id + 1, to: id }, []) },
  ],
}));

const replies: readonly ByteCase[] = [
  ...[1, 2, 3, 8, -1].map((bits) => ({
    name: `a reply with flags ${bits}`,
    steps: (id: number) => [{ server: opReply({ id, to: 5 }, [ok], { flags: bits }) }],
  })),
  {
    name: 'a reply with a cursor',
    steps: (id) => [{ server: opReply({ id }, [], { cursor: 0x1234_5678_9abc_def0n, from: 3 }) }],
  },
  {
    name: 'a reply with a negative cursor',
    steps: (id) => [{ server: opReply({ id }, [], { cursor: -2n, returned: -1 }) }],
  },
  {
    name: 'a reply that lacks documents',
    steps: (id) => [{ server: opReply({ id }, [ok], { returned: 2 }) }],
  },
  {
    name: 'a reply with documents left over',
    steps: (id) => [{ server: opReply({ id }, [ok, ok], { returned: 1 }) }],
  },
  {
    name: 'replies in another order than their queries',
    steps: (id) => [
      {
        client: Buffer.concat([
          opQuery({ id }, 'db.one', everything),
          opQuery({ id: id + 1 }, 'db.two', everything),
        ]),
      },
      { server: opReply({ id: id + 2, to: id + 1 }, [ok, ok, ok, ok]) },
      { server: opReply({ id: id + 3, to: id }, [ok]) },
      { server: opReply({ id: id + 4, to: id }, [ok]) },
    ],
  },
  {
    name: 'two queries of the same number',
    steps: (id) => [
      {
        client: Buffer.concat([opQuery({ id }, 'db.one', everything), opQuery({ id }, 'db.two', everything)]),
      },
      { server: opReply({ id: id + 2, to: id }, [ok, ok, ok, ok]) },
      { server: opReply({ id: id + 3, to: id }, [ok]) },
    ],
  },
  {
    name: 'a reply from the client',
    steps: (id) => [{ client: opReply({ id }, [ok]) }],
  },
];

const others: readonly ByteCase[] = [
  sent('an insert', (id) => opInsert({ id }, 'db.things', [ok, command('a')], 1)),
  sent('an insert of nothing', (id) => opInsert({ id }, 'db.things', [])),
  sent('an insert without database', (id) => opInsert({ id }, 'things', [ok])),
  sent('get more', (id) => opGetMore({ id }, 'db.things', 20, 0x7fff_ffff_ffff_ffffn)),
  sent('get more of a negative cursor', (id) => opGetMore({ id, to: 3 }, 'db.things', -20, -1n)),
  sent('kill cursors', (id) => opKillCursors({ id, to: 17 }, [1n, -2n, 0x7fff_ffff_ffff_ffffn])),
  sent('kill no cursors', (id) => opKillCursors({ id, to: -17 }, [])),
  sent('kill fewer cursors than there are', (id) => opKillCursors({ id }, [], -1)),
  sent('kill more cursors than there are', (id) => opKillCursors({ id }, [1n], 2)),
  sent('a command message', (id) => opCommand({ id }, 'db', 'ping', [command('ping'), everything])),
  sent('a command message with a document', (id) =>
    opCommand({ id }, 'db', 'ping', [command('ping'), everything, ok]),
  ),
  sent('a command message without arguments', (id) => opCommand({ id }, 'db', 'ping', [command('ping')])),
  { name: 'a command reply', steps: (id) => [{ server: opCommandReply({ id }, [everything, ok]) }] },
  {
    name: 'a command reply with a document',
    steps: (id) => [{ server: opCommandReply({ id }, [everything, ok, ok]) }],
  },
];

const ends: readonly ByteCase[] = [
  {
    name: 'the client goes without an answer',
    steps: (id) => [{ client: opQuery({ id }, 'db.a', everything) }, 'client-end'],
  },
  {
    name: 'the client breaks off without an answer',
    steps: (id) => [{ client: opQuery({ id }, 'db.a', everything) }, 'client-reset'],
  },
  {
    name: 'the server goes without an answer',
    steps: (id) => [{ client: opQuery({ id }, 'db.a', everything) }, 'server-end'],
  },
  { name: 'nothing is said', steps: () => [] },
  {
    name: 'the server speaks first',
    steps: (id) => [
      { server: opReply({ id, to: id + 1 }, [ok]) },
      { client: opQuery({ id: id + 1 }, 'db.a', everything) },
    ],
  },
];

/** Any cut of a query and a reply. */
const cuts: readonly ByteCase[] = [1, 3, 4, 15, 16, 20, 40].map((size) => ({
  name: `a conversation in pieces of ${size}`,
  steps: (id) => [
    ...pieces(
      Buffer.concat([opQuery({ id }, 'db.a', command('x')), opInsert({ id: id + 1 }, 'db.b', [ok])]),
      size,
    ).map((client): ByteStep => ({ client })),
    ...pieces(opReply({ id: id + 2, to: id }, [ok, ok]), size).map((server): ByteStep => ({ server })),
  ],
}));

export function pieces(bytes: Buffer, size: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) found.push(bytes.subarray(at, at + size));
  return found;
}

const metadata: readonly ByteCase[] = [
  asked('metadata of a query is gone with its reply', 'db.things', everything, 'metadata'),
  {
    name: 'metadata of a query',
    listener: 'metadata',
    steps: (id) => [{ client: opQuery({ id }, 'db.things', everything) }, 'client-reset'],
  },
  {
    name: 'metadata of an insert and two queries',
    listener: 'metadata',
    steps: (id) => [
      {
        client: Buffer.concat([
          opInsert({ id }, 'db.things', [ok]),
          opQuery({ id: id + 1 }, 'db.things', everything),
          opQuery({ id: id + 2 }, 'db.other', everything),
          opGetMore({ id: id + 3 }, 'db.third', 0, 1n),
        ]),
      },
      'client-reset',
    ],
  },
  {
    name: 'metadata of a client that goes',
    listener: 'metadata',
    steps: (id) => [{ client: opQuery({ id }, 'db.things', everything) }, 'client-end'],
  },
];

const delays: readonly ByteCase[] = [
  asked('a delayed query', 'db.things', everything, 'delayed'),
  asked('a delay of no share', 'db.things', everything, 'undelayed'),
  sent('a delayed insert', (id) => opInsert({ id }, 'db.things', [ok]), 'delayed'),
  sent('a delayed get more', (id) => opGetMore({ id }, 'db.things', 1, 1n), 'delayed'),
  sent('delayed kill cursors', (id) => opKillCursors({ id }, [1n]), 'delayed'),
  sent('a delayed command', (id) => opCommand({ id }, 'db', 'ping', [everything, everything]), 'delayed'),
  {
    name: 'one delay for two messages',
    listener: 'delayed',
    steps: (id) => [
      {
        client: Buffer.concat([
          opQuery({ id }, 'db.a', everything),
          opQuery({ id: id + 1 }, 'db.b', everything),
        ]),
      },
      { client: opQuery({ id: id + 2 }, 'db.c', everything) },
    ],
  },
  {
    name: 'a message while another is delayed',
    listener: 'delayed',
    steps: (id) => [
      { clientNow: opQuery({ id }, 'db.a', everything) },
      { server: opReply({ id: id + 1 }, [ok]) },
      { client: opQuery({ id: id + 2 }, 'db.b', everything) },
    ],
  },
  { name: 'a reply is not delayed', listener: 'delayed', steps: (id) => [{ server: opReply({ id }, [ok]) }] },
];

export const legacyCases: readonly ByteCase[] = [
  ...queries,
  ...commands,
  ...flags,
  ...replies,
  ...others,
  ...ends,
  ...cuts,
  ...metadata,
  ...delays,
];
