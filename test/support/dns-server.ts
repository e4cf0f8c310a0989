import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { parseIp } from '../../src/base/cidr.js';
import type { ServiceTarget } from '../../src/upstream/membership/name-resolver.js';

const types = new Map([
  [1, 'A'],
  [28, 'AAAA'],
  [33, 'SRV'],
]);
const codes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** What a server says of one name. */
export interface NameRecords {
  /** Addresses of either family. */
  readonly ips?: readonly string[];
  /** SRV records. */
  readonly services?: readonly ServiceTarget[];
  readonly ttl?: number;
  readonly code?: keyof typeof codes;
  /** Questions about these types are not answered; `all` stands for every type. */
  readonly ignores?: 'A' | 'AAAA' | 'all';
  /** Over UDP there is no room for the addresses. */
  readonly truncates?: boolean;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  /** The question's own bytes. */
  readonly bytes: Buffer;
}

/** An authority for the names of a test, over UDP and TCP (RFC 1035) on one port of the loopback. */
export class DnsServer {
  /** `udp A name`, in the order in which questions came. */
  readonly asked: string[];
  private readonly names: Map<string, NameRecords>;
  private readonly datagrams: DatagramSocket;
  private readonly streams: Server;
  private readonly connections: Set<Socket>;
  port: number;

  constructor() {
    this.asked = [];
    this.names = new Map();
    this.datagrams = createSocket('udp4');
    this.streams = createServer((socket) => this.onConnection(socket));
    this.connections = new Set();
    this.port = 0;
  }

  static async start(): Promise<DnsServer> {
    const server = new DnsServer();
    await server.listen();
    return server;
  }

  /** From now on that is what stands under the name. A name that was never set does not exist. */
  set(name: string, records: NameRecords): void {
    this.names.set(name, records);
  }

  /** Questions about that name so far. */
  askedAbout(name: string): readonly string[] {
    return this.asked.filter((line) => line.endsWith(` ${name}`));
  }

  close(): void {
    this.datagrams.close();
    this.streams.close();
    for (const socket of this.connections) socket.destroy();
  }

  private async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.streams.listen(0, '127.0.0.1', resolve));
    this.port = (this.streams.address() as AddressInfo).port;
    await new Promise<void>((resolve, reject) => {
      this.datagrams.once('error', reject);
      this.datagrams.bind(this.port, '127.0.0.1', resolve);
    });
    this.datagrams.on('message', (message, from) => {
      const answer = this.answer(message, 'udp');
      if (answer !== null) this.datagrams.send(answer, from.port, from.address);
    });
  }

  private onConnection(socket: Socket): void {
    this.connections.add(socket);
    let pending = Buffer.alloc(0);
    socket.on('data', (data) => {
      pending = Buffer.concat([pending, data]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        const answer = this.answer(pending.subarray(2, end), 'tcp');
        pending = pending.subarray(end);
        if (answer !== null) socket.write(Buffer.concat([uint16(answer.length), answer]));
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.connections.delete(socket));
  }

  private answer(message: Buffer, transport: 'udp' | 'tcp'): Buffer | null {
    const question = readQuestion(message);
    const { name, type } = question;
    this.asked.push(`${transport} ${type} ${name}`);
    const records = this.names.get(name) ?? { code: 'NXDOMAIN' };
    if (records.ignores === 'all' || records.ignores === type) return null;
    const isTruncated = records.truncates === true && transport === 'udp';
    return respond(question, records, isTruncated ? [] : dataOf(records, type), isTruncated);
  }
}

/** The data of every record of that type. */
function dataOf({ ips = [], services = [] }: NameRecords, type: string): readonly Buffer[] {
  if (type === 'SRV') return services.map(serviceBytes);
  return ips.filter((ip) => isOfType(ip, type)).map(addressBytes);
}

/** RFC 2782. */
function serviceBytes({ priority, weight, port, name }: ServiceTarget): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  return Buffer.concat([...[priority, weight, port].map(uint16), ...labels, Buffer.alloc(1)]);
}

function isOfType(ip: string, type: string): boolean {
  return ip.includes(':') ? type === 'AAAA' : type === 'A';
}

function readQuestion(message: Buffer): Question {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = message.readUInt16BE(at + 1);
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.').toLowerCase(),
    type: types.get(type) ?? String(type),
    bytes: message.subarray(12, at + 5),
  };
}

/** An authoritative answer; records refer to the question's name (RFC 1035 section 4.1.4). */
function respond(
  { id, bytes, type }: Question,
  { code = 'NOERROR', ttl = 60 }: NameRecords,
  data: readonly Buffer[],
  isTruncated: boolean,
): Buffer {
  const flags = 0x8580 | (isTruncated ? 0x0200 : 0) | codes[code];
  const head = [id, flags, 1, data.length, 0, 0].map(uint16);
  const kind = [...types].find(([, name]) => name === type)?.[0] ?? 0;
  const records = data.flatMap((bytes) => [
    ...[0xc00c, kind, 1].map(uint16),
    uint32(ttl),
    uint16(bytes.length),
    bytes,
  ]);
  return Buffer.concat([...head, bytes, ...records]);
}

function addressBytes(ip: string): Buffer {
  const words = parseIp(ip);
  if (words === null) throw new Error(`${ip} is no address`);
  return Buffer.concat([...words].map(uint32));
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
