import type { LogContext } from '../../../../api/stream-info.js';
import type { HeaderMap, RequestHeaders } from '../../../../base/header-map.js';
import { buildStringMatcher } from '../../../../match/string-matcher.js';
import { HeaderRules } from '../../../../route/header-mutations.js';
import type { HeaderMutationStep, MutationsConfig } from './config.js';
import { buildQueryMutation, type QueryMutation } from './query-mutation.js';

type Step = (headers: HeaderMap, context: LogContext) => void;

function buildStep(step: HeaderMutationStep): Step {
  switch (step.kind) {
    case 'add': {
      const rules = new HeaderRules({ remove: [], add: [step.addition] });
      return (headers, context) => rules.apply(headers, context);
    }
    case 'remove':
      return (headers) => void headers.remove(step.name);
    case 'remove-matching': {
      const matches = buildStringMatcher(step.name);
      return (headers) => headers.removeWhere((name) => matches(name));
    }
  }
}

function runAll(steps: readonly Step[], headers: HeaderMap, context: LogContext): void {
  for (let i = 0; i < steps.length; i++) (steps[i] as Step)(headers, context);
}

/** The mutations of one level, ready to run. */
export class Mutations {
  private readonly request: readonly Step[];
  private readonly query: QueryMutation | null;
  private readonly response: readonly Step[];
  private readonly requestTrailers: readonly Step[];
  private readonly responseTrailers: readonly Step[];

  constructor(config: MutationsConfig) {
    this.request = config.request.map(buildStep);
    this.query = config.query.length === 0 ? null : buildQueryMutation(config.query);
    this.response = config.response.map(buildStep);
    this.requestTrailers = config.requestTrailers.map(buildStep);
    this.responseTrailers = config.responseTrailers.map(buildStep);
  }

  onRequest(headers: RequestHeaders, context: LogContext): void {
    runAll(this.request, headers, context);
    if (this.query !== null) headers.path = this.query(headers.path, context);
  }

  onResponse(headers: HeaderMap, context: LogContext): void {
    runAll(this.response, headers, context);
  }

  onRequestTrailers(trailers: HeaderMap, context: LogContext): void {
    runAll(this.requestTrailers, trailers, context);
  }

  onResponseTrailers(trailers: HeaderMap, context: LogContext): void {
    runAll(this.responseTrailers, trailers, context);
  }
}
