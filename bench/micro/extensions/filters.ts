import type { Bench } from 'tinybench';
import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type HttpFilterMaker,
  type StreamControl,
} from '../../../src/api/http-filter.js';
import type { BoundStats } from '../../../src/api/stats.js';
import { RequestHeaders, ResponseHeaders } from '../../../src/base/header-map.js';
import type { Plain } from '../../../src/base/plain.js';
import { extensionRegistry } from '../../../src/extensions/index.js';
import { RequestDirection } from '../../../src/stream/request-direction.js';
import { ResponseDirection } from '../../../src/stream/response-direction.js';
import { readText } from '../../../test/support/config-text.js';
import { logScope } from '../../../test/support/log-scope.js';
import { silentOwner } from '../../../test/support/silent-owner.js';
import { streamInfo } from '../../../test/support/stream-info.js';
import { addBatched } from '../batch.js';
import { type FilterRow, filterRows } from './filter-rows.js';

const nothing = (): void => undefined;
const noStats: BoundStats = {
  prefix: '',
  inc: nothing,
  add: nothing,
  set: nothing,
  record: nothing,
  value: () => 0,
};

function contextOf(): HttpFilterContext {
  const words = (): BigInt64Array => new BigInt64Array(new SharedArrayBuffer(56));
  const counter = { name: '', inc: nothing, add: nothing };
  return Object.assign(Object.create(logScope().scope) as HttpFilterContext, {
    statPrefix: 'http.bench',
    drain: { isHealthCheckFailed: false, shouldClose: () => false },
    secrets: { generation: 1, get: () => Buffer.from('token') },
    shared: { words, nowMs: () => performance.now() },
    stats: { bind: () => noStats, counter: () => counter, histogram: () => ({ name: '', record: nothing }) },
  });
}

const terminal: HttpFilter = { onRequestHeaders: () => HeadersStatus.Stop };
const info = streamInfo();
const noConfigs: readonly Plain[] = [];

/** The parts of a stream that a filter asks for before it has found anything to do. */
const stream: Partial<StreamControl> = {
  info,
  route: () => null,
  routeConfig: () => null,
  routeConfigs: () => noConfigs,
  localReply: nothing,
};

/** One request without a body and its response through the filter. */
function exchange(make: HttpFilterMaker | null, { request, response }: Partial<FilterRow>): HeadersStatus {
  const requests = new RequestDirection(silentOwner);
  const responses = new ResponseDirection(silentOwner);
  if (make !== null) {
    const filter = make(stream as StreamControl);
    requests.addPlace(filter, 0);
    if (filter.onResponseHeaders !== undefined) responses.addPlace(filter, 0);
  }
  requests.addPlace(terminal, 0);
  const asked = new RequestHeaders();
  asked.method = 'GET';
  asked.path = '/bench?a=1';
  asked.authority = 'bench.local';
  asked.scheme = 'http';
  asked.add('user-agent', 'bench');
  for (const [name, value] of request ?? []) asked.add(name, value);
  requests.sendHeaders(asked, true);
  const answered = new ResponseHeaders(200);
  answered.add('content-type', 'text/plain');
  for (const [name, value] of response ?? []) answered.add(name, value);
  responses.sendHeaders(answered, true);
  return answered.size as HeadersStatus;
}

/** Filters with a row here, and those that are measured elsewhere: `upstream/autopsy`, and the router by every load run. */
const measured: ReadonlySet<string> = new Set([
  ...filterRows.map(({ filter }) => filter),
  'envoy.filters.http.router',
  'sluice.filters.http.autopsy',
]);

/** What each built-in filter costs one request: a row, less the first. */
export function add(bench: Bench): void {
  addBatched(bench, 'no filter', () => exchange(null, {}));
  const registry = extensionRegistry();
  const lacking = registry.list('http.filter').filter(({ name }) => !measured.has(name));
  if (lacking.length > 0) throw new Error(`no row for ${lacking.map(({ name }) => name).join(', ')}`);
  const context = Object.assign(contextOf(), { extensions: registry });
  const kinds = ['compressor', 'decompressor', 'http.filter'] as const;
  const libraries = Object.fromEntries(kinds.map((kind) => [kind, registry.list(kind)]));
  for (const row of filterRows) {
    const found = registry.list('http.filter').find(({ name }) => name === row.filter);
    if (found === undefined) throw new Error(`no filter ${row.filter}`);
    const factory = found as HttpFilterFactory;
    const { value } = readText(factory.typeUrl, row.config, factory.parse, libraries);
    const make = factory.build(value, context);
    addBatched(bench, `${row.filter.replace('envoy.filters.http.', '')}: ${row.does}`, () =>
      exchange(make, row),
    );
  }
}
