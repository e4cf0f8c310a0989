import type { JuteReader } from './jute-reader.js';
import { createTypes, OpCode } from './op-codes.js';

/** What a request says, by name. */
export type Facts = readonly (readonly [name: string, text: string])[];

/** Who hears of the operations of a request: of a transaction those inside it come first. */
export interface OperationEvents {
  onOperation(opCode: number, facts: Facts): void;
  /** An operation inside a transaction is broken. */
  onBrokenPart(opCode: number): void;
}

type Read = (reader: JuteReader) => Facts;

const noFacts: Facts = [];

const pathOnly: Read = (reader) => [['path', reader.text()]];
const pathAndWatch: Read = (reader) => [
  ['path', reader.text()],
  ['watch', String(reader.bool())],
];
const pathAndVersion: Read = (reader) => [
  ['path', reader.text()],
  ['version', String(reader.int32())],
];

function skipAcls(reader: JuteReader): void {
  const count = reader.int32();
  for (let i = 0; i < count && !reader.isBroken; i++) {
    reader.int32();
    reader.skipText();
    reader.skipText();
  }
}

const create: Read = (reader) => {
  const path = reader.text();
  reader.skipText();
  skipAcls(reader);
  const type = createTypes[reader.int32()] ?? 'unknown';
  return [
    ['path', path],
    ['create_type', type],
  ];
};

const createWithTime: Read = (reader) => {
  const facts = create(reader);
  reader.int64();
  return facts;
};

const setData: Read = (reader) => {
  const path = reader.text();
  reader.skipText();
  reader.int32();
  return [['path', path]];
};

const setAcl: Read = (reader) => {
  const path = reader.text();
  skipAcls(reader);
  return [
    ['path', path],
    ['version', String(reader.int32())],
  ];
};

const addWatch: Read = (reader) => [
  ['path', reader.text()],
  ['mode', String(reader.int32())],
];

/** The path and what kind of watch. */
const pathOfWatches: Read = (reader) => {
  const path = reader.text();
  reader.int32();
  return [['path', path]];
};

const check: Read = (reader) => {
  reader.text();
  reader.int32();
  return noFacts;
};

const reconfig: Read = (reader) => {
  for (let i = 0; i < 3; i++) reader.skipText();
  reader.int64();
  return noFacts;
};

function watches(lists: number): Read {
  return (reader) => {
    reader.int64();
    for (let i = 0; i < lists; i++) reader.skipTexts();
    return noFacts;
  };
}

const readers = new Map<number, Read>([
  [OpCode.create, create],
  [OpCode.create2, create],
  [OpCode.createContainer, create],
  [OpCode.createTtl, createWithTime],
  [OpCode.delete, pathAndVersion],
  [OpCode.exists, pathAndWatch],
  [OpCode.getData, pathAndWatch],
  [OpCode.setData, setData],
  [OpCode.getAcl, pathOnly],
  [OpCode.setAcl, setAcl],
  [OpCode.getChildren, pathAndWatch],
  [OpCode.getChildren2, pathAndWatch],
  [OpCode.sync, pathOnly],
  [OpCode.check, check],
  [OpCode.reconfig, reconfig],
  [OpCode.checkWatches, pathOfWatches],
  [OpCode.removeWatches, pathOfWatches],
  [OpCode.setWatches, watches(3)],
  [OpCode.setWatches2, watches(5)],
  [OpCode.addWatch, addWatch],
  [OpCode.getEphemerals, pathOnly],
  [OpCode.getAllChildrenNumber, pathOnly],
  [OpCode.close, () => noFacts],
]);

const insideTransactions = new Set<number>([
  OpCode.create,
  OpCode.create2,
  OpCode.createContainer,
  OpCode.createTtl,
  OpCode.delete,
  OpCode.getData,
  OpCode.setData,
  OpCode.getChildren,
  OpCode.check,
]);

/**
 * `unknown`: there is no such operation, and nothing was read of it. `foreign`: a transaction has one that cannot be in
 * it. `broken-part`: it has a broken one, which was told.
 */
export type RequestOutcome = 'read' | 'broken' | 'unknown' | 'foreign' | 'broken-part';

/** Reads what stands behind number and operation of a request. */
export function readRequest(reader: JuteReader, opCode: number, events: OperationEvents): RequestOutcome {
  if (opCode === OpCode.multi) return readTransaction(reader, events);
  const read = readers.get(opCode);
  if (read === undefined) return 'unknown';
  const facts = read(reader);
  if (reader.isBroken) return 'broken';
  events.onOperation(opCode, facts);
  return 'read';
}

function readTransaction(reader: JuteReader, events: OperationEvents): RequestOutcome {
  for (;;) {
    const opCode = reader.int32();
    const isDone = reader.bool();
    reader.int32();
    if (reader.isBroken) return 'broken';
    if (isDone) break;
    if (!insideTransactions.has(opCode)) return 'foreign';
    if (readRequest(reader, opCode, events) === 'read') continue;
    events.onBrokenPart(opCode);
    return 'broken-part';
  }
  events.onOperation(OpCode.multi, noFacts);
  return 'read';
}
