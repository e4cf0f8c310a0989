import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { DataStatus, HeadersStatus, TrailersStatus } from '../../../../../../src/api/http-filter.js';
import { HeaderMap, ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { dynamoFilter } from '../../../../../../src/extensions/filters/http/dynamo/dynamo.js';
import { chunkOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

interface Exchange {
  readonly target?: string;
  readonly request?: unknown;
  readonly status?: number;
  readonly response?: unknown;
}

function text(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** The counters that one exchange moves, below `http.test.dynamodb.`. */
function counted({ target, request = {}, status = 200, response = {} }: Exchange): {
  [name: string]: number;
} {
  const { build, stats } = filterThread();
  const { filter } = build(dynamoFilter, null)();
  const headers = requestHeaders('/', target === undefined ? [] : [['x-amz-target', target]]);
  equal(filter.onRequestHeaders?.(headers, false), HeadersStatus.Stop);
  equal(filter.onRequestData?.(chunkOf(text(request)), true), DataStatus.Continue);
  equal(filter.onResponseHeaders?.(new ResponseHeaders(status), false), HeadersStatus.Stop);
  equal(filter.onResponseData?.(chunkOf(text(response)), true), DataStatus.Continue);
  return Object.fromEntries(
    [...stats].map(([name, value]) => [name.slice('http.test.dynamodb.'.length), value] as const),
  );
}

const outcome = (prefix: string, status = 200) => ({
  [`${prefix}.upstream_rq_total`]: 1,
  [`${prefix}.upstream_rq_total_${Math.trunc(status / 100)}xx`]: 1,
  [`${prefix}.upstream_rq_total_${status}`]: 1,
});

const singleTable = [
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
  'UpdateTable',
];

for (const operation of singleTable) {
  test(`${operation} counts for its table`, () => {
    deepEqual(counted({ target: `DynamoDB_20120810.${operation}`, request: { TableName: 'cats' } }), {
      ...outcome(`operation.${operation}`),
      ...outcome('table.cats'),
    });
  });
}

test('an operation without a table is missing one', () => {
  deepEqual(counted({ target: 'v.GetItem' }), { ...outcome('operation.GetItem'), table_missing: 1 });
  deepEqual(counted({ target: 'v.ListTables' }), { ...outcome('operation.ListTables'), table_missing: 1 });
});

test('a target of any other form has no operation', () => {
  for (const target of [undefined, '', 'GetItem', 'a.b.c', '.GetItem']) {
    deepEqual(counted({ ...(target === undefined ? {} : { target }) }), {
      operation_missing: 1,
      table_missing: 1,
    });
  }
  equal(counted({ target: 'v..GetItem.' })['operation.GetItem.upstream_rq_total'], 1);
});

const transact = (...tables: readonly string[]) => ({
  TransactItems: tables.map((TableName) => ({ Put: { TableName } })),
});

const choices: readonly (readonly [what: string, target: string, request: unknown, counts: object])[] = [
  ['a batch of one table', 'v.BatchGetItem', { RequestItems: { cats: {} } }, outcome('table.cats')],
  [
    'a batch of two tables',
    'v.BatchWriteItem',
    { RequestItems: { cats: [], dogs: [] } },
    { multiple_tables: 1 },
  ],
  ['a batch of no table', 'v.BatchGetItem', { RequestItems: {} }, { table_missing: 1 }],
  ['a batch without items', 'v.BatchGetItem', {}, { table_missing: 1 }],
  ['a transaction on one table', 'v.TransactWriteItems', transact('cats', 'cats'), outcome('table.cats')],
  ['a transaction on two tables', 'v.TransactWriteItems', transact('cats', 'dogs'), { multiple_tables: 1 }],
  [
    'a transaction with an item of no table',
    'v.TransactGetItems',
    transact('cats', '', 'dogs'),
    { table_missing: 1 },
  ],
  ['a transaction of nothing', 'v.TransactGetItems', {}, { table_missing: 1 }],
];

for (const [what, target, request, counts] of choices) {
  test(`tables: ${what}`, () => {
    deepEqual(counted({ target, request }), { ...outcome(`operation.${target.slice(2)}`), ...counts });
  });
}

const wrongRequests: readonly (readonly [target: string, request: unknown])[] = [
  ['v.GetItem', 'hello'],
  ['v.GetItem', []],
  ['v.GetItem', { TableName: 1 }],
  ['v.BatchGetItem', { RequestItems: [] }],
  ['v.TransactGetItems', { TransactItems: {} }],
  ['v.TransactGetItems', { TransactItems: [1] }],
  ['v.TransactGetItems', { TransactItems: [{ Get: 1 }] }],
  ['v.TransactGetItems', { TransactItems: [{ Get: { TableName: null } }] }],
];

for (const [target, request] of wrongRequests) {
  test(`a request body that is none: ${target} ${text(request)}`, () => {
    const counts = counted({ target, request });
    equal(counts['invalid_req_body'], 1);
    equal(counts['table_missing'], 1);
  });
}

test('errors count for their table by the end of their type', () => {
  const known = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' };
  const target = 'v.GetItem';
  const request = { TableName: 'cats' };
  equal(
    counted({ target, request, status: 400, response: known })['error.cats.ResourceNotFoundException'],
    1,
  );
  equal(counted({ target, status: 400, response: known })['error.no_table.ResourceNotFoundException'], 1);
  equal(counted({ target, status: 400, response: { __type: 'Other' } })['empty_response_body'], 1);
  equal(counted({ target, status: 400, response: {} })['empty_response_body'], 1);
  equal(counted({ target, status: 400, response: { __type: 1 } })['invalid_resp_body'], 1);
  equal(
    counted({ target, status: 500, response: known })['error.no_table.ResourceNotFoundException'],
    undefined,
  );
});

test('a body that is empty counts nothing, one that is no JSON does', () => {
  equal(counted({ target: 'v.GetItem', status: 400, response: '' })['empty_response_body'], undefined);
  equal(counted({ target: 'v.GetItem', response: '<html>' })['invalid_resp_body'], 1);
});

test('statuses are counted by group and by themselves', () => {
  const { 'operation.X.upstream_rq_total_unknown': unknown, ...rest } = counted({
    target: 'v.X',
    status: 700,
  });
  equal(unknown, 1);
  equal(rest['operation.X.upstream_rq_total_700'], 1);
  equal(counted({ target: 'v.X', status: 503 })['operation.X.upstream_rq_total_5xx'], 1);
});

test('what a batch left undone counts by table, in any number of them', () => {
  const response = { UnprocessedKeys: { cats: {}, dogs: {} } };
  const counts = counted({
    target: 'v.BatchGetItem',
    request: { RequestItems: { cats: {}, dogs: {} } },
    response,
  });
  equal(counts['error.cats.BatchFailureUnprocessedKeys'], 1);
  equal(counts['error.dogs.BatchFailureUnprocessedKeys'], 1);
  equal(counted({ target: 'v.GetItem', response })['error.cats.BatchFailureUnprocessedKeys'], undefined);
  equal(counted({ target: 'v.BatchGetItem', response: { UnprocessedKeys: [] } })['invalid_resp_body'], 1);
});

test('the capacity that partitions used is rounded up', () => {
  const response = {
    ConsumedCapacity: { Partitions: { 'd1b1d6a4-0123456789': 0.5, short: 2, 'ffff-7654321': 10.25 } },
  };
  const counts = counted({ target: 'v.Query', request: { TableName: 'cats' }, response });
  equal(counts['table.cats.capacity.Query.__partition_id=3456789'], 1);
  equal(counts['table.cats.capacity.Query.__partition_id=7654321'], 11);
  equal(counts['table.cats.capacity.Query.__partition_id=short'], 2);
  const wrong = { ConsumedCapacity: [] };
  equal(
    counted({ target: 'v.Query', request: { TableName: 'cats' }, response: wrong })['invalid_resp_body'],
    1,
  );
  equal(counted({ target: 'v.Query', response: wrong })['invalid_resp_body'], undefined);
});

test('bodies are read whole, with trailers behind them as well', () => {
  const { build, stats } = filterThread();
  const { filter, request, response } = build(dynamoFilter, null)();
  filter.onRequestHeaders?.(requestHeaders('/', [['x-amz-target', 'v.GetItem']]), false);
  equal(filter.onRequestData?.(chunkOf('{"TableName":'), false), DataStatus.StopBuffer);
  request.kept = Buffer.from('{"TableName":');
  equal(filter.onRequestData?.(chunkOf('"cats"}'), true), DataStatus.Continue);
  filter.onResponseHeaders?.(new ResponseHeaders(200), false);
  equal(filter.onResponseData?.(chunkOf('{'), false), DataStatus.StopBuffer);
  response.kept = Buffer.from('{');
  equal(filter.onResponseTrailers?.(new HeaderMap()), TrailersStatus.Continue);
  equal(stats.get('http.test.dynamodb.table.cats.upstream_rq_total'), 1);
  equal(stats.get('http.test.dynamodb.invalid_resp_body'), 1);
});

test('streams without bodies are not held back', () => {
  const { build, stats } = filterThread();
  const { filter } = build(dynamoFilter, null)();
  equal(filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
  equal(filter.onResponseHeaders?.(new ResponseHeaders(204), true), HeadersStatus.Continue);
  equal(stats.get('http.test.dynamodb.operation_missing'), 1);
});

test('runtime switches it off', () => {
  const { build } = filterThread({ 'dynamodb.filter_enabled': 0 });
  const { filter } = build(dynamoFilter, null)();
  equal(filter.onRequestHeaders, undefined);
});

test('names that clients make up are counted up to a limit', () => {
  const { build, stats } = filterThread();
  const make = build(dynamoFilter, null);
  for (let i = 0; i < 10_100; i++) {
    const { filter } = make();
    filter.onRequestHeaders?.(requestHeaders('/', [['x-amz-target', `v.Op${i}`]]), true);
    filter.onResponseHeaders?.(new ResponseHeaders(200), true);
  }
  equal([...stats.keys()].filter((name) => name.endsWith('upstream_rq_total')).length, 10_000);
});
