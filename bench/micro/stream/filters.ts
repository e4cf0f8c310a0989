import type { Bench } from 'tinybench';
import { headerStamp } from '../../../examples/filters/header-stamp.js';
import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterMaker,
  type StreamControl,
} from '../../../src/api/http-filter.js';
import { RequestHeaders, ResponseHeaders } from '../../../src/base/header-map.js';
import { asyncFilter } from '../../../src/http/async-filter/async-filter.js';
import { RequestDirection } from '../../../src/stream/request-direction.js';
import { ResponseDirection } from '../../../src/stream/response-direction.js';
import { logScope } from '../../../test/support/log-scope.js';
import { silentOwner } from '../../../test/support/silent-owner.js';
import { addBatched } from '../batch.js';

const terminal: HttpFilter = { onRequestHeaders: () => HeadersStatus.Stop };

/** A filter to which the cost of a thread and of a stream is nothing. */
const noScope = Object.create(logScope().scope) as HttpFilterContext;
const noStream = {} as StreamControl;

/** One request without a body and its response through the filters. */
function exchange(makers: readonly HttpFilterMaker[]): HeadersStatus {
  const request = new RequestDirection(silentOwner);
  const response = new ResponseDirection(silentOwner);
  for (const make of makers) {
    const filter = make(noStream);
    request.addPlace(filter, 0);
    if (filter.onResponseHeaders !== undefined) response.addPlace(filter, 0);
  }
  request.addPlace(terminal, 0);
  const asked = new RequestHeaders();
  asked.add('user-agent', 'bench');
  request.sendHeaders(asked, true);
  const answered = new ResponseHeaders(200);
  answered.add('content-type', 'text/plain');
  response.sendHeaders(answered, true);
  return answered.size as HeadersStatus;
}

/** The example filter may cost a request a microsecond: what each row has more than the first. */
export function add(bench: Bench): void {
  const stamp = headerStamp.build({ read: 'user-agent', stamp: 'x-stamp' }, noScope);
  const handlers = asyncFilter({
    name: 'stamp',
    request: (request) => request.headers.set('x-stamp', request.headers.get('user-agent') ?? 'none'),
    response: (response) => response.headers.set('x-stamp', 'seen'),
  }).build(null, noScope);
  addBatched(bench, 'no filter before the terminal one', () => exchange([]));
  addBatched(bench, 'header-stamp', () => exchange([stamp]));
  addBatched(bench, 'the same as an asyncFilter whose handlers return nothing', () => exchange([handlers]));
  addBatched(bench, 'four of those', () => exchange([handlers, handlers, handlers, handlers]));
}
