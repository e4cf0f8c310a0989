import type { LogContext } from '../../../../api/stream-info.js';
import type { HeaderMap, RequestHeaders } from '../../../../base/header-map.js';
import { buildHeaderStep, type HeaderStep, runHeaderSteps } from '../../../../route/header-steps.js';
import type { MutationsConfig } from './config.js';
import { buildQueryMutation, type QueryMutation } from './query-mutation.js';

/** The mutations of one level, ready to run. */
export class Mutations {
  private readonly request: readonly HeaderStep[];
  private readonly query: QueryMutation | null;
  private readonly response: readonly HeaderStep[];
  private readonly requestTrailers: readonly HeaderStep[];
  private readonly responseTrailers: readonly HeaderStep[];

  constructor(config: MutationsConfig) {
    this.request = config.request.map(buildHeaderStep);
    this.query = config.query.length === 0 ? null : buildQueryMutation(config.query);
    this.response = config.response.map(buildHeaderStep);
    this.requestTrailers = config.requestTrailers.map(buildHeaderStep);
    this.responseTrailers = config.responseTrailers.map(buildHeaderStep);
  }

  onRequest(headers: RequestHeaders, context: LogContext): void {
    runHeaderSteps(this.request, headers, context);
    if (this.query !== null) headers.path = this.query(headers.path, context);
  }

  onResponse(headers: HeaderMap, context: LogContext): void {
    runHeaderSteps(this.response, headers, context);
  }

  onRequestTrailers(trailers: HeaderMap, context: LogContext): void {
    runHeaderSteps(this.requestTrailers, trailers, context);
  }

  onResponseTrailers(trailers: HeaderMap, context: LogContext): void {
    runHeaderSteps(this.responseTrailers, trailers, context);
  }
}
