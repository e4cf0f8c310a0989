import type { HttpFilterContext, HttpFilterFactory, HttpFilterMaker } from '../../api/http-filter.js';
import type { Counter } from '../../api/stats.js';
import type { Plain } from '../../base/plain.js';
import { AsyncClient } from '../../upstream/async-client.js';
import type { AsyncFilterOptions } from './contract.js';
import { FullRun, RequestRun, ResponseRun, type RunShared } from './run.js';

const defaultTimeoutMs = 15_000;

/**
 * A filter from two handlers, either of which may be asynchronous. A module that exports what this returns, and is
 * named in the bootstrap, adds the filter to Sluice.
 */
export function asyncFilter<C extends Plain = null, R extends Plain = C>(
  options: AsyncFilterOptions<C, R>,
): HttpFilterFactory<C, R> {
  return {
    name: options.name,
    typeUrl: options.typeUrl ?? options.name,
    // Without a parser there is nothing to read, and C is null.
    parse: (node) => (options.parse === undefined ? (null as C) : options.parse(node)),
    ...(options.parseRoute === undefined ? {} : { parseRoute: options.parseRoute.bind(options) }),
    build: (config, scope) => makerOf(sharedOf(options, config, scope)),
  };
}

function sharedOf<C extends Plain, R extends Plain>(
  options: AsyncFilterOptions<C, R>,
  config: C,
  scope: HttpFilterContext,
): RunShared<C, R> {
  const counters = new Map<string, Counter>();
  return {
    options,
    config,
    client: new AsyncClient(scope),
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    counter(name) {
      let counter = counters.get(name);
      if (counter === undefined) {
        counter = scope.stats.counter(`${scope.statPrefix}.${options.name}.${name}`);
        counters.set(name, counter);
      }
      return counter;
    },
  };
}

function makerOf<C extends Plain, R extends Plain>(shared: RunShared<C, R>): HttpFilterMaker {
  const { request, response } = shared.options;
  if (request !== undefined && response !== undefined) return (stream) => new FullRun(shared, stream);
  if (response !== undefined) return (stream) => new ResponseRun(shared, stream);
  return (stream) => new RequestRun(shared, stream);
}
