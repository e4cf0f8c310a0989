import { connect, type Socket } from 'node:net';

/**
 * A closed loop of Redis commands, GET and SET in turns over a few thousand keys, so many at a time on each connection.
 * Prints what it has completed: `node redis-load.js <port> <seconds> <connections> <pipeline>`.
 */
const [port = 0, seconds = 1, connections = 1, pipeline = 1] = process.argv.slice(2).map(Number);

const keys = 4096;
const value = 'x'.repeat(16);
let drawn = 0;
let completed = 0;
let failed = 0;

function batch(): string {
  let text = '';
  for (let i = 0; i < pipeline; i++) {
    drawn = (drawn * 1_103_515_245 + 12_345) % 2_147_483_648;
    const key = `key:${String(drawn % keys).padStart(12, '0')}`;
    text +=
      i % 2 === (pipeline === 1 ? drawn % 2 : 0)
        ? `*2\r\n$3\r\nGET\r\n$16\r\n${key}\r\n`
        : `*3\r\n$3\r\nSET\r\n$16\r\n${key}\r\n$16\r\n${value}\r\n`;
  }
  return text;
}

/** Replies are one line, or a value of a known length with its line before it. */
function countReplies(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines - text.split(value).length + 1;
}

class Client {
  private readonly socket: Socket;
  private left: number;
  private rest: string;

  constructor() {
    this.left = pipeline;
    this.rest = '';
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('connect', () => this.socket.write(batch()));
    this.socket.on('data', (text: string) => this.onData(text));
    this.socket.on('error', () => {
      failed++;
    });
  }

  private onData(text: string): void {
    const all = this.rest + text;
    const end = all.lastIndexOf('\n') + 1;
    this.rest = all.slice(end);
    if (all.startsWith('-') || all.includes('\n-')) failed++;
    const replies = countReplies(all.slice(0, end));
    completed += replies;
    this.left -= replies;
    if (this.left > 0) return;
    this.left = pipeline;
    this.socket.write(batch());
  }
}

for (let i = 0; i < connections; i++) new Client();
setTimeout(() => {
  process.stdout.write(`${JSON.stringify({ completed, failed, seconds })}\n`, () => process.exit(0));
}, seconds * 1000);
