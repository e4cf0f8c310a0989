import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { encodeResp } from '../../../../src/codec/redis/encode-resp.js';
import { RespDecoder } from '../../../../src/codec/redis/resp-decoder.js';
import type { RespValue } from '../../../../src/codec/redis/resp-value.js';
import { Signal } from '../signal.js';
import type { BackendRules } from './redis-case.js';

/** What backends answer unless the case says otherwise. */
const usual: BackendRules = {
  get: '$5\r\nvalue\r\n',
  del: ':1\r\n',
  exists: ':1\r\n',
  touch: ':1\r\n',
  unlink: ':1\r\n',
  multi: '+OK\r\n',
  exec: '*1\r\n+OK\r\n',
  hello: '%1\r\n$5\r\nproto\r\n:3\r\n',
  'CLUSTER SLOTS': [
    '*2\r\n',
    '*4\r\n:0\r\n:8191\r\n',
    '*2\r\n$9\r\n127.0.0.1\r\n:<shard-a>\r\n',
    '*2\r\n$9\r\n127.0.0.1\r\n:<replica-a>\r\n',
    '*3\r\n:8192\r\n:16383\r\n',
    '*2\r\n$9\r\n127.0.0.1\r\n:<shard-b>\r\n',
  ].join(''),
  'zoned: CLUSTER SLOTS': [
    '*1\r\n',
    '*5\r\n:0\r\n:16383\r\n',
    '*2\r\n$9\r\n127.0.0.1\r\n:<zoned>\r\n',
    '*2\r\n$9\r\n127.0.0.1\r\n:<zoned-far>\r\n',
    '*2\r\n$9\r\n127.0.0.1\r\n:<zoned-near>\r\n',
  ].join(''),
  'zoned-far: INFO': '$36\r\n# Server\r\navailability_zone:zone-2\r\n\r\n',
  'zoned-near: INFO': '$26\r\navailability_zone:zone-1\na\r\n',
};

/** Servers that answer each Redis command by rule and remember it. */
export class RedisBackends {
  readonly signal: Signal;
  readonly ports: { [name: string]: number };
  private readonly servers: Server[];
  private readonly sockets: Set<Socket>;
  private rules: BackendRules;
  private readonly seen: Map<string, string[]>;

  constructor() {
    this.signal = new Signal();
    this.ports = {};
    this.servers = [];
    this.sockets = new Set();
    this.rules = {};
    this.seen = new Map();
  }

  async listen(name: string): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.onConnection(name, socket));
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.ports[name] = (server.address() as AddressInfo).port;
  }

  /** A case begins: nothing has been seen. */
  begin(rules: BackendRules): void {
    this.rules = rules;
    this.seen.clear();
  }

  /** What each backend was sent, one after the other; a line for every connection and command. */
  get lines(): string[] {
    return [...this.seen]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, lines]) => lines.map((line) => `[${name}] ${line}`));
  }

  /** A case is over: connections end. */
  finish(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  stop(): void {
    this.finish();
    for (const server of this.servers) server.close();
  }

  private onConnection(name: string, socket: Socket): void {
    this.sockets.add(socket);
    this.note(name, '(connection)');
    const decoder = new RespDecoder({ onValue: (value) => this.onCommand(name, socket, value) });
    socket.on('data', (bytes: Buffer) => {
      if (!decoder.decode(bytes.toString('latin1'))) this.note(name, `(no RESP) ${bytes.toString('latin1')}`);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }

  private onCommand(name: string, socket: Socket, value: RespValue): void {
    const words =
      value.type === '*' ? value.items.map((item) => ('text' in item ? item.text : encodeResp(item))) : [];
    const text = words.join(' ');
    this.note(name, JSON.stringify(text));
    const first = words[0]?.toLowerCase() ?? '';
    const { rules } = this;
    const rule =
      rules[`${name}: ${text}`] ??
      rules[`${name}: ${first}`] ??
      rules[text] ??
      rules[first] ??
      usual[`${name}: ${text}`] ??
      usual[text] ??
      usual[first] ??
      '+OK\r\n';
    if (rule === 'close') socket.destroy();
    else if (rule !== 'silent') socket.write(this.withPorts(rule), 'latin1');
  }

  private withPorts(text: string): string {
    return text.replace(/<([\w-]+)>/g, (whole, name: string) => String(this.ports[name] ?? whole));
  }

  /** Something was said to that backend. */
  note(name: string, line: string): void {
    const lines = this.seen.get(name) ?? [];
    lines.push(line);
    this.seen.set(name, lines);
    this.signal.changed();
  }
}
