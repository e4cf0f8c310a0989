import {
  answer,
  anyone,
  bool,
  connect,
  connectAnswer,
  int,
  list,
  long,
  packet,
  part,
  request,
  text,
} from '../../../support/zookeeper/packet-bytes.js';
import type { ByteCase, ByteStep } from '../bytes/byte-case.js';

const path = text('/a/b');
const data = text('some data');
const none = int(-1);
const end = part(-1, true);

/** A request and its answer, then the end, which leaves metadata of the answer; or of the request where it is reset. */
function both(name: string, bytes: Buffer, reply: Buffer): readonly ByteCase[] {
  return [
    { name, steps: () => [{ client: bytes }, { server: reply }, 'client-reset'] },
    { name: `${name}, unanswered`, steps: () => [{ client: bytes }, 'client-reset'] },
    {
      name: `${name}, counted in full`,
      listener: 'full',
      steps: () => [{ client: bytes }, { server: reply }],
    },
  ];
}

const requests: readonly (readonly [name: string, opCode: number, ...fields: Buffer[]])[] = [
  ['create', 1, path, data, anyone, int(0)],
  ['create of nothing', 1, path, none, anyone, int(1)],
  ['create of another kind', 1, path, data, list([]), int(99)],
  ['delete', 2, path, int(-1)],
  ['exists', 3, path, bool(true)],
  ['getData', 4, path, bool(false)],
  ['getData of no path', 4, text(''), bool(false)],
  ['getData of a path beyond ASCII', 4, text('/grün'), bool(false)],
  ['setData', 5, path, data, int(3)],
  ['getAcl', 6, path],
  ['setAcl', 7, path, anyone, int(2)],
  ['getChildren', 8, path, bool(true)],
  ['sync', 9, path],
  ['getChildren2', 12, path, bool(false)],
  ['check', 13, path, int(1)],
  ['create2', 15, path, data, anyone, int(2)],
  ['reconfig', 16, text('a'), text('b'), none, long(1n)],
  ['checkWatches', 17, path, int(1)],
  ['removeWatches', 18, path, int(3)],
  ['createContainer', 19, path, data, anyone, int(4)],
  ['createTtl', 21, path, data, anyone, int(5), long(1000n)],
  ['createTtl without its time', 21, path, data, anyone, int(5)],
  ['close', -11],
  ['setWatches', 101, long(5n), list([path]), list([]), list([path, path])],
  ['getEphemerals', 103, path],
  ['getAllChildrenNumber', 104, path],
  ['setWatches2', 105, long(5n), list([path]), list([]), list([]), list([]), list([path])],
  ['addWatch', 106, path, int(1)],
  ['multi', 14, part(1, false, path, data, anyone, int(0)), part(2, false, path, int(1)), end],
  ['multi of check and setData', 14, part(13, false, path, int(1)), part(5, false, path, data, int(1)), end],
  [
    'multi of every way to create',
    14,
    ...[15, 19].map((opCode) => part(opCode, false, path, data, anyone, int(0))),
    part(21, false, path, data, anyone, int(5), long(1000n)),
    end,
  ],
  ['multi of reads', 14, part(4, false, path, bool(false)), part(8, false, path, bool(true)), end],
  ['multi of nothing', 14, end],
  ['multi of what cannot be in it', 14, part(3, false, path, bool(true)), end],
  ['multi without end', 14, part(2, false, path, int(1))],
  ['an operation that nobody knows', 55, path],
  ['ping as a data request', 11],
];

const answered: readonly ByteCase[] = requests.flatMap(([name, opCode, ...fields]) =>
  both(name, request(7, opCode, ...fields), answer(7, 0, text('whatever'))),
);

const control: readonly ByteCase[] = [
  ...both('connect', connect(false), connectAnswer(false)),
  ...both('connect of an old client', connect(), connectAnswer()),
  ...both('connect for reading', connect(true), connectAnswer(true)),
  ...both('ping', request(-2, 11), answer(-2)),
  ...both('setWatches at once', request(-8, 101, long(5n), list([]), list([]), list([])), answer(-8)),
  ...['digest', 'world', 'auth', 'ip', 'x509', 'host', 'ping_response', 'own', ''].flatMap((scheme) =>
    both(`auth by ${scheme}`, request(-4, 100, int(0), text(scheme), text('secret')), answer(-4, -115)),
  ),
];

const events: readonly ByteCase[] = [
  {
    name: 'a watch event',
    steps: () => [{ server: packet(int(-1), long(-1n), int(0), int(3), int(3), path) }, 'client-reset'],
  },
  { name: 'an answer that nobody asked for', steps: () => [{ server: answer(9) }, 'client-reset'] },
  { name: 'a ping that nobody sent', steps: () => [{ server: answer(-2) }, 'client-reset'] },
  {
    name: 'two pings and three answers',
    steps: () => [
      { client: Buffer.concat([request(-2, 11), request(-2, 11)]) },
      { server: answer(-2) },
      { server: Buffer.concat([answer(-2), answer(-2)]) },
    ],
  },
  {
    name: 'answers in another order',
    steps: () => [
      { client: Buffer.concat([request(1, 6, path), request(2, 9, path)]) },
      { server: Buffer.concat([answer(2), answer(1, -101)]) },
      { server: answer(1) },
    ],
  },
  {
    name: 'one number twice',
    steps: () => [
      { client: Buffer.concat([request(1, 6, path), request(1, 9, path)]) },
      { server: answer(1) },
    ],
  },
  {
    name: 'packets in one read: metadata of the first',
    steps: () => [
      { client: Buffer.concat([request(1, 6, path), request(2, 9, text('/c'))]) },
      'client-reset',
    ],
  },
];

/** A broken packet between two good ones, in one read and in three. */
function broken(name: string, bytes: Buffer, listener = 'full'): readonly ByteCase[] {
  const before = request(1, 6, path);
  const after = request(2, 9, path);
  return [
    {
      name: `broken: ${name}`,
      listener,
      steps: () => [{ client: before }, { client: bytes }, { client: after }, { server: answer(2) }],
    },
    {
      name: `broken: ${name}, in one read`,
      listener,
      steps: () => [{ client: Buffer.concat([before, bytes, after]) }, 'client-reset'],
    },
  ];
}

const errors: readonly ByteCase[] = [
  ...broken('a packet of seven bytes', packet(Buffer.alloc(7))),
  ...broken('a packet of no bytes', packet()),
  ...broken('a negative length', int(-1)),
  ...broken('a path of negative length', request(3, 6, int(-1))),
  ...broken('a path that is too long for its packet', request(3, 6, int(1000))),
  ...broken('a request without its fields', request(3, 4)),
  ...broken('an unknown operation', request(3, 77)),
  ...broken('an unknown operation with text', request(3, 77, text('/zookeeper'))),
  ...broken('an unknown operation with a text of eight', request(3, -1, text('no slash'))),
  ...broken('an unknown operation with zeros', request(3, 0, Buffer.alloc(20))),
  ...broken('an unknown operation with a packet in it', request(3, 55, request(4, 9, path), Buffer.alloc(9))),
  ...broken('getData without watch', request(3, 4, path)),
  ...broken('bytes left over', request(3, 6, path, Buffer.alloc(3))),
  ...broken('connect that ends early', packet(int(0), long(0n), int(1))),
  ...broken('auth that ends early', request(-4, 100, int(0))),
  ...broken('a transaction that is none', request(3, 14, int(1))),
  ...[1, 2, 4, 5, 8, 13, 15, 19, 21].map(
    (opCode): ByteCase => ({
      name: `broken: a transaction with a part that is, operation ${opCode}`,
      listener: 'full',
      steps: () => [{ client: request(3, 14, part(opCode, false, text('/a')), end) }, 'client-reset'],
    }),
  ),
  {
    name: 'broken: a transaction with a part that is',
    listener: 'full',
    steps: () => [{ client: request(3, 14, part(1, false, text('/a'), int(1000)), end) }, 'client-reset'],
  },
  ...broken('a packet over its limit', request(3, 6, text(`/${'x'.repeat(200)}`)), 'small'),
  {
    name: 'a packet at its limit, its length with it',
    listener: 'small',
    steps: () => [{ client: request(3, 6, text(`/${'x'.repeat(83)}`)) }],
  },
  {
    name: 'broken: a packet at its limit',
    listener: 'small',
    steps: () => [{ client: request(3, 6, text(`/${'x'.repeat(87)}`)) }],
  },
  {
    name: 'an answer that is too short',
    listener: 'full',
    steps: () => [
      { client: request(1, 6, path) },
      { server: packet(int(1), long(1n)) },
      { server: answer(1) },
    ],
  },
  {
    name: 'a watch event that ends early',
    listener: 'full',
    steps: () => [{ server: packet(int(-1), long(-1n), int(0), int(3)) }],
  },
  {
    name: 'a connect answer that ends early',
    listener: 'full',
    steps: () => [
      { client: connect() },
      { server: packet(int(0), int(1), long(1n)) },
      { server: connectAnswer() },
    ],
  },
];

const cuts: readonly ByteCase[] = [5, 11, 23].map((size) => {
  const sent = Buffer.concat([
    connect(false),
    request(1, 6, path),
    request(2, 1, path, data, anyone, int(0)),
  ]);
  const got = Buffer.concat([connectAnswer(false), answer(1, 0, data), answer(2)]);
  return {
    name: `a conversation in pieces of ${size}`,
    listener: 'full',
    steps: () => [
      ...pieces(sent, size).map((client): ByteStep => ({ client })),
      ...pieces(got, size).map((server): ByteStep => ({ server })),
    ],
  };
});

function pieces(bytes: Buffer, size: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) found.push(bytes.subarray(at, at + size));
  return found;
}

export const zooKeeperCases: readonly ByteCase[] = [...answered, ...control, ...events, ...errors, ...cuts];
