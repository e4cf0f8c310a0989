import { createSocket } from 'node:dgram';
import type { TestContext } from 'node:test';

/** What the server knows of a name: addresses with their TTL, or a response code (RFC 1035 section 4.1.1). */
export type Zone = {
  readonly [name: string]: {
    readonly ips?: readonly string[];
    readonly ttl?: number;
    readonly code?: number;
  };
};

const nameError = 3;

/** A DNS server on loopback that answers A questions from `zone`, NXDOMAIN otherwise; gives its `ip:port`. */
export async function startDnsServer(t: TestContext, zone: Zone): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (question, peer) => socket.send(answerTo(question, zone), peer.port, peer.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  t.after(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

function answerTo(question: Buffer, zone: Zone): Buffer {
  const { name, end } = readName(question, 12);
  const isA = question.readUInt16BE(end) === 1;
  const entry = zone[name.toLowerCase()];
  const ips = isA ? (entry?.ips ?? []) : [];
  const head = Buffer.from(question.subarray(0, end + 4));
  head.writeUInt16BE(0x8180 | (entry === undefined ? nameError : (entry.code ?? 0)), 2);
  head.writeUInt16BE(ips.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...ips.map((ip) => addressRecord(ip, entry?.ttl ?? 60))]);
}

/** An A record whose name points back at the question. */
function addressRecord(ip: string, ttl: number): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(1, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(ttl, 6);
  record.writeUInt16BE(4, 10);
  record.set(ip.split('.').map(Number), 12);
  return record;
}

function readName(message: Buffer, from: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = from;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}
