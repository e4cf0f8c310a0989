import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { inflateSync } from 'node:zlib';
import { BSON, type Document } from 'mongodb';
import { OpCode } from '../../../src/codec/mongo/wire-message.js';
import { bodySection, opCompressed, opMsg, opReply } from './wire-bytes.js';

/** What a command is answered with, beside `ok`. */
export type Answer = (command: Document) => Document;

/** A mongos as far as drivers look at it, with whatever answers a test gives it. */
export class OwnServer {
  readonly port: number;
  /** Names of the commands that came, in order, handshakes left out. */
  readonly commands: string[];
  /** Requests that came compressed. */
  compressed: number;
  private readonly answers: { readonly [command: string]: Answer };
  private nextId: number;

  private constructor(port: number, answers: { readonly [command: string]: Answer }) {
    this.port = port;
    this.commands = [];
    this.compressed = 0;
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
        socket.write(this.reply(rest.subarray(0, length)));
        rest = rest.subarray(length);
      }
    });
  }

  private reply(message: Buffer): Buffer {
    const to = message.readInt32LE(4);
    const opCode = message.readInt32LE(12);
    const ids = { id: this.nextId++, to };
    if (opCode === OpCode.query) return opReply(ids, [this.answer(queryOf(message))], { flags: 8 });
    if (opCode !== OpCode.compressed)
      return opMsg(ids, [bodySection(this.answer(bodyOf(message.subarray(16))))]);
    this.compressed++;
    const plain = inflateSync(message.subarray(25));
    return opCompressed(opMsg(ids, [bodySection(this.answer(bodyOf(plain)))]));
  }

  private answer(command: Document): Buffer {
    const [name = ''] = Object.keys(command);
    if (/^(?:hello|ismaster)$/i.test(name)) return Buffer.from(BSON.serialize(handshake));
    this.commands.push(name);
    return Buffer.from(BSON.serialize({ ...this.answers[name]?.(command), ok: 1 }));
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
