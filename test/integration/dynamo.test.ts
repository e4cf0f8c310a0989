import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import * as dynamo from '@aws-sdk/client-dynamodb';
import type { Plain } from '../../src/base/plain.js';
import { eventually } from '../support/eventually.js';
import { bootstrapText, listener, staticCluster, tcpAddress } from '../support/listener-text.js';
import { type RunningProxy, startProxy } from '../support/proxy.js';

function front(port: number): string {
  const typed = (name: string, type: string, fields: { readonly [field: string]: Plain } = {}): Plain => ({
    name,
    typed_config: { '@type': `type.googleapis.com/envoy.extensions.filters.${type}`, ...fields },
  });
  const manager = typed('http', 'network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: 'main',
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'dynamo' } }] },
      ],
    },
    http_filters: [
      typed('envoy.filters.http.dynamo', 'http.dynamo.v3.Dynamo'),
      typed('envoy.filters.http.router', 'http.router.v3.Router'),
    ],
  });
  return bootstrapText(
    [listener('main', tcpAddress('127.0.0.1'), [manager])],
    [staticCluster('dynamo', [port])],
  );
}

/** Bodies of one exchange, as one side saw them. */
interface Bodies {
  readonly request: string;
  readonly response: string;
}

/** Bytes, one character each. */
function latin1(part: Buffer | string): string {
  return (typeof part === 'string' ? Buffer.from(part) : part).toString('latin1');
}

function isMaker(it: unknown): it is (options: object) => Server {
  return typeof it === 'function';
}

/** A DynamoDB in memory that writes down what it gets and says. */
async function startDynalite(t: TestContext): Promise<{ readonly port: number; readonly seen: Bodies[] }> {
  const made: unknown = createRequire(import.meta.url)('dynalite');
  ok(isMaker(made));
  const server = made({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const seen: Bodies[] = [];
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    let received = '';
    request.on('data', (part: Buffer | string) => {
      received += latin1(part);
    });
    const { end } = response;
    response.end = ((body: Buffer | string) => {
      seen.push({ request: received, response: latin1(body) });
      return Reflect.apply(end, response, [body]);
    }) as typeof end;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

/** The official client, which writes down what it sends and gets. */
function connect(
  t: TestContext,
  port: number,
): { readonly client: dynamo.DynamoDBClient; readonly seen: Bodies[] } {
  const client = new dynamo.DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'here',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  t.after(() => client.destroy());
  const seen: Bodies[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      const request: unknown = Reflect.get(args.request as object, 'body');
      const result = await next(args);
      const stream: unknown = Reflect.get(result.response as object, 'body');
      ok(stream instanceof Readable);
      const bytes = Buffer.concat(await stream.toArray());
      seen.push({ request: latin1(String(request)), response: latin1(bytes) });
      Reflect.set(result.response as object, 'body', Readable.from([bytes]));
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return { client, seen };
}

/** What was counted, once that counter is known: main hears of new names a moment later. */
async function stats(proxy: RunningProxy, last: string): Promise<{ readonly [name: string]: number }> {
  let found: { readonly [name: string]: number } = {};
  await eventually(async () => {
    const text = await proxy.admin('/stats?usedonly&filter=dynamodb');
    const lines = [...text.matchAll(/^http\.main\.dynamodb\.(\S+): (\d+)$/gm)];
    found = Object.fromEntries(lines.map(([, name = '', value]) => [name, Number(value)]));
    return found[last] !== undefined;
  });
  return found;
}

/** Adds what a response of that status moves. */
function charge(counts: { [name: string]: number }, prefix: string, status: number): void {
  for (const ending of ['', `_${Math.trunc(status / 100)}xx`, `_${status}`]) {
    const name = `${prefix}.upstream_rq_total${ending}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
}

type Step = readonly [
  send: (client: dynamo.DynamoDBClient) => Promise<unknown>,
  operation: string,
  /** Null for several, empty for none. */
  table: string | null,
  /** Of an answer that is none. */
  error?: string,
];

const text = (S: string) => ({ S });
const item = (id: string) => ({
  id: text(id),
  text: text(`☃ ${id}`),
  list: { L: [{ N: '1' }, { BOOL: true }] },
});
const put = (id: string) => ({ PutRequest: { Item: item(id) } });
const cats = { TableName: 'cats' };
const Key = { id: text('a') };
const schema = {
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
};
const later = { ProvisionedThroughput: { ReadCapacityUnits: 6, WriteCapacityUnits: 6 } };

const steps: readonly Step[] = [
  [(c) => c.send(new dynamo.CreateTableCommand({ ...cats, ...schema })), 'CreateTable', 'cats'],
  [(c) => c.send(new dynamo.CreateTableCommand({ TableName: 'dogs', ...schema })), 'CreateTable', 'dogs'],
  [
    (c) => c.send(new dynamo.CreateTableCommand({ ...cats, ...schema })),
    'CreateTable',
    'cats',
    'ResourceInUseException',
  ],
  [(c) => c.send(new dynamo.DescribeTableCommand(cats)), 'DescribeTable', 'cats'],
  [(c) => c.send(new dynamo.ListTablesCommand()), 'ListTables', ''],
  [(c) => c.send(new dynamo.PutItemCommand({ ...cats, Item: item('a') })), 'PutItem', 'cats'],
  [(c) => c.send(new dynamo.GetItemCommand({ ...cats, Key })), 'GetItem', 'cats'],
  [
    (c) =>
      c.send(
        new dynamo.PutItemCommand({
          ...cats,
          Item: item('a'),
          ConditionExpression: 'attribute_not_exists(id)',
        }),
      ),
    'PutItem',
    'cats',
    'ConditionalCheckFailedException',
  ],
  [
    (c) =>
      c.send(
        new dynamo.UpdateItemCommand({
          ...cats,
          Key,
          UpdateExpression: 'SET n = :n',
          ExpressionAttributeValues: { ':n': { N: '7' } },
        }),
      ),
    'UpdateItem',
    'cats',
  ],
  [
    (c) => c.send(new dynamo.BatchWriteItemCommand({ RequestItems: { cats: [put('b'), put('c')] } })),
    'BatchWriteItem',
    'cats',
  ],
  [
    (c) => c.send(new dynamo.BatchWriteItemCommand({ RequestItems: { cats: [put('d')], dogs: [put('e')] } })),
    'BatchWriteItem',
    null,
  ],
  [
    (c) =>
      c.send(
        new dynamo.BatchGetItemCommand({ RequestItems: { cats: { Keys: [Key] }, dogs: { Keys: [Key] } } }),
      ),
    'BatchGetItem',
    null,
  ],
  [
    (c) =>
      c.send(
        new dynamo.QueryCommand({
          ...cats,
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': text('a') },
        }),
      ),
    'Query',
    'cats',
  ],
  [(c) => c.send(new dynamo.ScanCommand(cats)), 'Scan', 'cats'],
  [(c) => c.send(new dynamo.GetItemCommand({ ...cats, Key: {} })), 'GetItem', 'cats', 'ValidationException'],
  [
    (c) => c.send(new dynamo.GetItemCommand({ TableName: 'mice', Key })),
    'GetItem',
    'mice',
    'ResourceNotFoundException',
  ],
  [(c) => c.send(new dynamo.DeleteItemCommand({ ...cats, Key })), 'DeleteItem', 'cats'],
  [(c) => c.send(new dynamo.UpdateTableCommand({ ...cats, ...later })), 'UpdateTable', 'cats'],
  [(c) => c.send(new dynamo.DeleteTableCommand({ TableName: 'dogs' })), 'DeleteTable', 'dogs'],
  // What dynalite does not know is an error whose type nobody counts.
  [
    (c) => c.send(new dynamo.TransactGetItemsCommand({ TransactItems: [{ Get: { ...cats, Key } }] })),
    'TransactGetItems',
    'cats',
    '',
  ],
  [
    (c) =>
      c.send(
        new dynamo.TransactWriteItemsCommand({
          TransactItems: [{ Put: { ...cats, Item: item('f') } }, { Delete: { TableName: 'dogs', Key } }],
        }),
      ),
    'TransactWriteItems',
    null,
    '',
  ],
];

test('what the official client does on tables is counted, and its bytes pass as they are', async (t) => {
  const origin = await startDynalite(t);
  const proxy = await startProxy(t, front(origin.port));
  const { client, seen } = connect(t, proxy.port());
  const expected: { [name: string]: number } = {};
  for (const [send, operation, table, error] of steps) {
    const failure: unknown = await send(client).then(
      () => undefined,
      (it: unknown) => it,
    );
    equal(failure === undefined, error === undefined, `${operation}: ${String(failure)}`);
    const status = error === undefined ? 200 : 400;
    charge(expected, `operation.${operation}`, status);
    if (table === null) expected['multiple_tables'] = (expected['multiple_tables'] ?? 0) + 1;
    else if (table === '') expected['table_missing'] = (expected['table_missing'] ?? 0) + 1;
    else charge(expected, `table.${table}`, status);
    if (error === undefined) continue;
    const name = error === '' ? 'empty_response_body' : `error.${table}.${error}`;
    expected[name] = (expected[name] ?? 0) + 1;
  }
  deepEqual(await stats(proxy, 'operation.TransactWriteItems.upstream_rq_total_400'), expected);
  equal(origin.seen.length, steps.length);
  deepEqual(seen, origin.seen);
});

test('times are told by table and operation, with tags', async (t) => {
  const origin = await startDynalite(t);
  const proxy = await startProxy(t, front(origin.port));
  const { client } = connect(t, proxy.port());
  await client.send(new dynamo.CreateTableCommand({ ...cats, ...schema }));
  let text = '';
  await eventually(async () => {
    text = await proxy.admin('/stats/prometheus');
    return text.includes('envoy_http_dynamodb_table_upstream_rq_time_200_count');
  });
  const tags = (name: string) => `{${name},envoy_http_conn_manager_prefix="main"}`;
  for (const line of [
    `envoy_http_dynamodb_table_upstream_rq_time_count${tags('envoy_dynamo_table="cats"')} 1`,
    `envoy_http_dynamodb_table_upstream_rq_time_2xx_count${tags('envoy_dynamo_table="cats"')} 1`,
    `envoy_http_dynamodb_operation_upstream_rq_time_count${tags('envoy_dynamo_operation="CreateTable"')} 1`,
  ])
    ok(text.includes(line), `${line}\n${text.match(/.*dynamodb.*count.*/g)?.join('\n')}`);
});

test('a large item passes whole', async (t) => {
  const origin = await startDynalite(t);
  const proxy = await startProxy(t, front(origin.port));
  const { client } = connect(t, proxy.port());
  await client.send(new dynamo.CreateTableCommand({ ...cats, ...schema }));
  const long = 'grün'.repeat(60_000);
  await client.send(new dynamo.PutItemCommand({ ...cats, Item: { id: text('a'), long: text(long) } }));
  const { Item } = await client.send(new dynamo.GetItemCommand({ ...cats, Key }));
  ok(Item?.['long']?.S === long);
  const name = 'operation.GetItem.upstream_rq_total_200';
  equal((await stats(proxy, name))[name], 1);
});
