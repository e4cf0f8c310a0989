import type { Clock } from '../../../../base/clock.js';
import { JuteReader } from '../../../../codec/zookeeper/jute-reader.js';
import { OpCode, Xid } from '../../../../codec/zookeeper/op-codes.js';
import {
  type Facts,
  type OperationEvents,
  type RequestOutcome,
  readRequest,
} from '../../../../codec/zookeeper/read-request.js';
import { OpenRequests } from './open-requests.js';
import type { PacketMetadata } from './packet-metadata.js';
import type { ZooKeeperStats } from './zookeeper-stats.js';

const controlOnly = new Set<number>([OpCode.connect, OpCode.ping, OpCode.auth]);
const unknownOperation = -1;
/** What reading answers instead of an end. */
const broken = -1;

/** The length in front of a packet, which counts with it. */
const lengthBytes = 4;

/** What is said on one connection. A packet that is none is an error of the operation that it was, where that is known. */
export class Conversation implements OperationEvents {
  private readonly stats: ZooKeeperStats;
  private readonly clock: Clock;
  private readonly metadata: PacketMetadata;
  private readonly open: OpenRequests;

  constructor(stats: ZooKeeperStats, clock: Clock, metadata: PacketMetadata, seed: number) {
    this.stats = stats;
    this.clock = clock;
    this.metadata = metadata;
    this.open = new OpenRequests(seed);
  }

  onOperation(opCode: number, facts: Facts): void {
    const name = this.stats.operation(opCode)?.name ?? '';
    this.stats.count(`${name}_rq`);
    if (opCode !== OpCode.check) this.metadata.add([['opname', name], ...facts]);
  }

  /** Counts for the part and for the whole, under the part's name both times, as in Envoy. */
  onBrokenPart(opCode: number): void {
    this.fail(opCode);
    this.fail(opCode);
  }

  /** Where the packet was read to; −1 when it is broken. */
  onRequest(bytes: Buffer, start: number, limit: number): number {
    const reader = new JuteReader(bytes, start, limit);
    const xid = reader.int32();
    const opCode = xid === Xid.connect ? OpCode.connect : operationOf(xid, reader.int32());
    const outcome = this.readRequest(reader, opCode);
    if (outcome === 'broken-part') return broken;
    if (outcome === 'foreign' || reader.isBroken) return this.fail(outcome === 'foreign' ? null : opCode);
    if (outcome === 'unknown') this.fail(null);
    else this.remember(xid, opCode);
    const length = reader.at - start + lengthBytes;
    this.stats.count('request_bytes', length);
    if (outcome === 'read') this.stats.operation(opCode)?.onRequestBytes(length);
    this.metadata.add([['bytes', String(length)]]);
    return reader.at;
  }

  private remember(xid: number, opCode: number): void {
    const request = { opCode, startedMs: this.clock.now() };
    if (isControl(xid)) this.open.addControl(xid, request);
    else this.open.add(xid, request);
  }

  /** Where the packet was read to; −1 when nobody asked for it, or it is broken. */
  onResponse(bytes: Buffer, start: number, end: number, limit: number): number {
    const reader = new JuteReader(bytes, start, limit);
    const xid = reader.int32();
    if (xid === Xid.watchEvent) this.readWatchEvent(reader);
    else if (!this.readAnswer(reader, xid, end)) return this.fail(null);
    if (reader.isBroken) return this.fail(null);
    const length = reader.at - start + lengthBytes;
    this.stats.count('response_bytes', length);
    this.metadata.add([['bytes', String(length)]]);
    return reader.at;
  }

  /** Bytes that are no packets count once, whatever they are. */
  fail(opCode: number | null): typeof broken {
    this.stats.count('decoder_error');
    if (opCode !== null) this.stats.operation(opCode)?.onError();
    this.metadata.add([['opname', 'error']]);
    return broken;
  }

  private readRequest(reader: JuteReader, opCode: number): RequestOutcome {
    if (opCode === OpCode.connect) return this.readConnect(reader);
    if (opCode === OpCode.auth) return this.readAuth(reader);
    if (opCode !== OpCode.ping) return readRequest(reader, opCode, this);
    this.onOperation(OpCode.ping, []);
    return 'read';
  }

  /** Behind the version: what the client saw last, its timeout, session and password. */
  private readConnect(reader: JuteReader): RequestOutcome {
    reader.skip(20);
    reader.skipText();
    const isReadOnly = reader.optionalBool();
    if (reader.isBroken) return 'broken';
    const name = isReadOnly ? 'connect_readonly' : 'connect';
    this.stats.count(`${name}_rq`);
    this.metadata.add([['opname', name]]);
    return 'read';
  }

  private readAuth(reader: JuteReader): RequestOutcome {
    reader.int32();
    const scheme = reader.text();
    reader.skipText();
    if (reader.isBroken) return 'broken';
    this.stats.countAuth(scheme);
    this.metadata.add([['opname', 'auth']]);
    return 'read';
  }

  /** False: there was no such request. */
  private readAnswer(reader: JuteReader, xid: number, end: number): boolean {
    const request = isControl(xid) ? this.open.takeControl(xid) : this.open.take(xid);
    const operation = request === undefined ? undefined : this.stats.operation(request.opCode);
    if (request === undefined || operation === undefined) return false;
    const facts = xid === Xid.connect ? connectFacts(reader) : answerFacts(reader, xid);
    if (reader.isBroken) return true;
    operation.onAnswer(Math.trunc(this.clock.now() - request.startedMs));
    this.metadata.add([['opname', operation.answerName], ...facts]);
    if (!isControl(xid)) reader.skip(end - reader.at);
    operation.onResponseBytes(reader.at - reader.start + lengthBytes);
    return true;
  }

  private readWatchEvent(reader: JuteReader): void {
    const [zxid, error] = [reader.int64(), reader.int32()];
    const [type, state] = [reader.int32(), reader.int32()];
    const path = reader.text();
    if (reader.isBroken) return;
    this.stats.count('watch_event');
    this.metadata.add([
      ['opname', 'watch_event'],
      ['event_type', String(type)],
      ['client_state', String(state)],
      ['path', path],
      ['zxid', String(zxid)],
      ['error', String(error)],
    ]);
  }
}

/** Control requests are what their number says; other requests with the operation of one are none. */
function operationOf(xid: number, opCode: number): number {
  if (xid === Xid.ping) return OpCode.ping;
  if (xid === Xid.auth) return OpCode.auth;
  if (xid === Xid.setWatches) return OpCode.setWatches;
  return controlOnly.has(opCode) ? unknownOperation : opCode;
}

function connectFacts(reader: JuteReader): Facts {
  const timeout = reader.int32();
  reader.skip(8);
  reader.skipText();
  return [
    ['protocol_version', '0'],
    ['timeout', String(timeout)],
    ['readonly', reader.optionalBool() ? '1' : '0'],
  ];
}

function answerFacts(reader: JuteReader, xid: number): Facts {
  return [
    ['xid', String(xid)],
    ['zxid', String(reader.int64())],
    ['error', String(reader.int32())],
  ];
}

function isControl(xid: number): boolean {
  return xid === Xid.connect || xid === Xid.ping || xid === Xid.auth || xid === Xid.setWatches;
}
