import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Document, MongoClient, type MongoClientOptions } from 'mongodb';
import type { Plain } from '../../../src/base/plain.js';
import { eventually } from '../eventually.js';
import { bootstrapText, listener, staticCluster, tcpAddress, tcpProxyFilter } from '../listener-text.js';
import { type RunningProxy, startProxy } from '../proxy.js';

/** Those with stats of their own. */
const commands = [
  'aggregate',
  'abortTransaction',
  'commitTransaction',
  'count',
  'createIndexes',
  'delete',
  'distinct',
  'drop',
  'findAndModify',
  'getMore',
  'insert',
  'killCursors',
  'ping',
  'update',
];

/** A bootstrap with mongo_proxy in front of a server on that port. */
export function front(port: number): string {
  const mongo: Plain = {
    name: 'mongo',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy',
      stat_prefix: 'main',
      access_log: 'mongo.log',
      commands,
    },
  };
  return bootstrapText(
    [listener('main', tcpAddress('127.0.0.1'), [mongo, tcpProxyFilter({ cluster: 'mongo' })])],
    [staticCluster('mongo', [port])],
  );
}

interface Setup {
  readonly proxy: RunningProxy;
  readonly client: MongoClient;
  /** What the driver says that it sent, in order. */
  readonly sent: readonly string[];
}

/** The official driver, with Sluice between it and a server. */
export async function connect(
  t: TestContext,
  port: number,
  options: MongoClientOptions = {},
): Promise<Setup> {
  const proxy = await startProxy(t, front(port), ['--file-flush-interval-msec', '10']);
  const client = new MongoClient(`mongodb://127.0.0.1:${proxy.port()}/`, {
    directConnection: true,
    monitorCommands: true,
    serverSelectionTimeoutMS: 20_000,
    ...options,
  });
  const sent: string[] = [];
  client.on('commandStarted', ({ commandName }) => sent.push(commandName));
  t.after(() => client.close());
  await client.connect();
  return { proxy, client, sent };
}

export function count(names: readonly string[], name: string): number {
  return names.filter((it) => it === name).length;
}

/** Every command that the driver sent is in the stats under its name; main hears of new names a moment later. */
export async function checkCommands(proxy: RunningProxy, sent: readonly string[]): Promise<void> {
  const counted: { [name: string]: number } = {};
  const expected = Object.fromEntries(commands.map((name) => [name, count(sent, name)]));
  await eventually(async () => {
    for (const name of commands) counted[name] = await proxy.stat(`mongo.main.cmd.${name}.total`);
    return commands.every((name) => (counted[name] ?? 0) >= (expected[name] ?? 0));
  });
  deepEqual(counted, expected);
}

interface Line {
  readonly message: { readonly opcode: string; readonly body?: Document; readonly sequences?: Document };
  readonly upstream_host: string;
}

/** Lines of OP_MSG requests, once there are as many as commands were sent, without handshakes. */
export async function requestLines(proxy: RunningProxy, sent: readonly string[]): Promise<readonly Line[]> {
  let lines: Line[] = [];
  await eventually(() => {
    const text = readFileSync(join(proxy.folder, 'mongo.log'), 'utf8');
    lines = text
      .split('\n')
      .slice(0, -1)
      .map((line): Line => JSON.parse(line))
      .filter(({ message: { opcode, body } }) => opcode === 'OP_MSG' && typeof body === 'object')
      .filter(({ message }) => !/^(?:hello|ismaster)$/i.test(nameOf(message.body)));
    return lines.length >= sent.length;
  });
  return lines;
}

export function nameOf(body: Document | undefined): string {
  return Object.keys(body ?? {})[0] ?? '';
}

/** What a server says of a cursor. */
export const cursor = (batch: readonly Document[], id = 0, name = 'firstBatch'): Document => ({
  cursor: { id: BigInt(id), ns: 'shop.things', [name]: batch },
});
