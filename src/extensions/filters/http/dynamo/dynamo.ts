import type { Chunk } from '../../../../api/codec.js';
import type { FractionConfig } from '../../../../api/config-node.js';
import {
  DataStatus,
  type Flow,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { Clock } from '../../../../base/clock.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import {
  errorOf,
  isBatch,
  isKnown,
  noTable,
  operationOf,
  partitionsOf,
  type TableChoice,
  tableOf,
  undoneTables,
} from './dynamo-api.js';
import { DynamoStats } from './dynamo-stats.js';
import { type JsonObject, parseObject } from './json-fields.js';

const enabled: FractionConfig = {
  numerator: 100,
  denominator: 100,
  runtimeKey: 'dynamodb.filter_enabled',
};
const noBytes = Buffer.alloc(0);

/** Counts what clients ask of DynamoDB, by operation and table. Requests and responses are held until they are whole. */
export const dynamoFilter: HttpFilterFactory<null> = {
  name: 'envoy.filters.http.dynamo',
  typeUrl: 'envoy.extensions.filters.http.dynamo.v3.Dynamo',
  parse: () => null,
  build(_config, scope) {
    const stats = new DynamoStats(scope.stats, scope.statPrefix);
    const off: HttpFilter = {};
    return (stream) => {
      const isOn = scope.runtime.sampled(enabled, scope.random.u32());
      return isOn ? new DynamoFilter(stream, stats, scope.clock) : off;
    };
  },
};

class DynamoFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly stats: DynamoStats;
  private readonly clock: Clock;
  private startedMs: number;
  private operation: string;
  private table: TableChoice;
  private status: number;

  constructor(stream: StreamControl, stats: DynamoStats, clock: Clock) {
    this.stream = stream;
    this.stats = stats;
    this.clock = clock;
    this.startedMs = 0;
    this.operation = '';
    this.table = noTable;
    this.status = 0;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    this.startedMs = this.clock.now();
    this.operation = operationOf(headers.get('x-amz-target') ?? '');
    return endStream ? HeadersStatus.Continue : HeadersStatus.Stop;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (!endStream) return DataStatus.StopBuffer;
    this.readRequest(wholeBody(this.stream.request, chunk));
    return DataStatus.Continue;
  }

  onRequestTrailers(): TrailersStatus {
    this.readRequest(this.stream.request.buffered() ?? noBytes);
    return TrailersStatus.Continue;
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    this.status = headers.status;
    if (!endStream) return HeadersStatus.Stop;
    this.readResponse(noBytes);
    return HeadersStatus.Continue;
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    if (!endStream) return DataStatus.StopBuffer;
    this.readResponse(wholeBody(this.stream.response, chunk));
    return DataStatus.Continue;
  }

  onResponseTrailers(): TrailersStatus {
    this.readResponse(this.stream.response.buffered() ?? noBytes);
    return TrailersStatus.Continue;
  }

  private readRequest(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const body = parseObject(bytes);
    const table = body === null ? null : tableOf(this.operation, body);
    if (table === null) this.stats.count('invalid_req_body');
    else this.table = table;
  }

  private readResponse(bytes: Uint8Array): void {
    this.chargeOutcome();
    if (bytes.length === 0) return;
    const body = parseObject(bytes);
    if (body === null || !this.chargeBody(body)) this.stats.count('invalid_resp_body');
  }

  private chargeOutcome(): void {
    const { stats, operation, table, status } = this;
    const ms = Math.trunc(this.clock.now() - this.startedMs);
    if (operation === '') stats.count('operation_missing');
    else stats.charge('operation', operation, status, ms);
    if (table.name !== '') stats.charge('table', table.name, status, ms);
    else stats.count(table.hasSeveral ? 'multiple_tables' : 'table_missing');
  }

  /** False: the body has not the shape of an answer; what was found before that counts. */
  private chargeBody(body: JsonObject): boolean {
    return (
      this.chargePartitions(body) &&
      (this.status < 400 || this.status > 499 || this.chargeError(body)) &&
      (!isBatch(this.operation) || this.chargeUndone(body))
    );
  }

  private chargePartitions(body: JsonObject): boolean {
    const { operation, table } = this;
    if (operation === '' || table.name === '') return true;
    const partitions = partitionsOf(body);
    if (partitions === null) return false;
    const root = `table.${table.name}.capacity.${isKnown(operation) ? operation : 'unknown_operation'}`;
    for (const { id, capacity } of partitions)
      this.stats.count(`${root}.__partition_id=${id.slice(-7)}`, capacity);
    return true;
  }

  private chargeError(body: JsonObject): boolean {
    const error = errorOf(body);
    if (error === null) return false;
    this.stats.count(
      error === '' ? 'empty_response_body' : `error.${this.table.name || 'no_table'}.${error}`,
    );
    return true;
  }

  private chargeUndone(body: JsonObject): boolean {
    const tables = undoneTables(body);
    if (tables === null) return false;
    for (const table of tables) this.stats.count(`error.${table}.BatchFailureUnprocessedKeys`);
    return true;
  }
}

/** What was kept and the last bytes behind it. */
function wholeBody(flow: Flow<HeaderMap>, last: Chunk): Uint8Array {
  const end = last.buffer.subarray(last.start, last.end);
  const before = flow.buffered();
  return before === null ? end : Buffer.concat([before, end]);
}
