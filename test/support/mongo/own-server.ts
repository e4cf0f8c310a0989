import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { inflateSync } from 'node:zlib';
import { BSON, type Document } from 'mongodb';
import { MsgFlag, OpCode } from '../../../src/codec/mongo/wire-message.js';
import { bodySection, type Ids, opCompressed, opMsg, opReply } from './wire-bytes.js';

/** Of OP_MSG: several answers are welcome. */
const exhaustAllowed = 0x10000;

/** What a command is answered with, beside `ok`; a promise where that takes its time. */
export type Answer = (command: Document) => Document | Promise<Document>;

/** A mongos as far as drivers look at it, with whatever answers a test gives it. */
export class OwnServer {
  readonly port: number;
  /** Names of the commands that came, in order, handshakes left out. */
  readonly commands: string[];
  /** Requests that came compressed. */
  compressed: number;
  /** Requests that wanted no answer. */
  unanswered: number;
  private readonly answers: { readonly [command: string]: Answer };
  private nextId: number;

  private constructor(port: number, answers: { readonly [command: string]: Answer }) {
    this.port = port;
    this.commands = [];
    this.compressed = 0;
    this.unanswered = 0;
    this.answers = answers;
    this.nextId = 1_000_000;
  }

  static async start(t: TestContext, answers: { readonly [command: string]: Answer }): Promise<OwnServer> {
    const listening = createServer();
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const server = new OwnServer((listening.address() as AddressInfo).port, answers);
    const sockets = new Set<Socket>();
    listening.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      server.serve(socket);
    });
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      listening.close();
    });
    return server;
  }

  private serve(socket: Socket): void {
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        const length = rest.readInt32LE(0);
        void this.reply(rest.subarray(0, length)).then((reply) => socket.write(reply));
        rest = rest.subarray(length);
      }
    });
  }

  private async reply(message: Buffer): Promise<Buffer> {
    const opCode = message.readInt32LE(12);
    const ids = { id: this.nextId++, to: message.readInt32LE(4) };
    if (opCode === OpCode.query) return opReply(ids, [await this.answer(queryOf(message))], { flags: 8 });
    if (opCode === OpCode.compressed) {
      this.compressed++;
      const answer = await this.answer(bodyOf(inflateSync(message.subarray(25))));
      return opCompressed(opMsg(ids, [bodySection(answer)]));
    }
    const flags = message.readInt32LE(16);
    const answer = await this.answer(bodyOf(message.subarray(16)));
    if ((flags & MsgFlag.moreToCome) !== 0) return this.saysNothing();
    return (flags & exhaustAllowed) === 0 ? opMsg(ids, [bodySection(answer)]) : this.stream(ids, answer);
  }

  private saysNothing(): Buffer {
    this.unanswered++;
    return Buffer.alloc(0);
  }

  /** Three answers to one question, each in response to the one before, and never the last. */
  private stream(ids: Ids, answer: Buffer): Buffer {
    const [second, third] = [this.nextId++, this.nextId++];
    const all = [ids, { id: second, to: ids.id }, { id: third, to: second }];
    return Buffer.concat(all.map((it) => opMsg(it, [bodySection(answer)], MsgFlag.moreToCome)));
  }

  private async answer(command: Document): Promise<Buffer> {
    const [name = ''] = Object.keys(command);
    if (/^(?:hello|ismaster)$/i.test(name))
      return Buffer.from(BSON.serialize({ ...handshake, ...this.answers['hello']?.(command) }));
    this.commands.push(name);
    return Buffer.from(BSON.serialize({ ...(await this.answers[name]?.(command)), ok: 1 }));
  }
}

const handshake = {
  ismaster: true,
  isWritablePrimary: true,
  helloOk: true,
  msg: 'isdbgrid',
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  localTime: new Date(0),
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 21,
  compression: ['zlib'],
  ok: 1,
};

/** Behind flags, name, skip and limit. */
function queryOf(message: Buffer): Document {
  return BSON.deserialize(message.subarray(message.indexOf(0, 20) + 9));
}

/** The document of the first section; drivers send it first. */
function bodyOf(message: Buffer): Document {
  return BSON.deserialize(message.subarray(5, 5 + message.readInt32LE(5)));
}
