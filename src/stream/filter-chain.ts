import type { AttemptChain, HttpFilter, HttpFilterChain } from '../api/http-filter.js';
import type { RouteMatch } from '../api/route.js';
import type { ThreadScope } from '../api/thread-scope.js';
import { appended } from '../base/appended.js';
import type { FilterEntry } from './filter-chain-config.js';
import { FilterControl, type FilteredStream } from './filter-control.js';

export function buildChain(
  filters: readonly FilterEntry[],
  scope: ThreadScope,
  statPrefix: string,
): HttpFilterChain {
  return filters.map((filter) => ({
    name: filter.name,
    typeUrl: filter.typeUrl,
    origin: filter.origin ?? '',
    make: scope.httpFilter(filter, statPrefix),
    isDisabled: filter.isDisabled,
  }));
}

export function buildAttemptChain(
  filters: readonly FilterEntry[] | null,
  scope: ThreadScope,
  statPrefix: string,
): AttemptChain | null {
  return filters === null ? null : { filters: buildChain(filters, scope, statPrefix), scope };
}

/** The most specific level that has configuration for the filter decides; any that does not disable it turns it on. */
export function isSwitchedOff(entry: HttpFilterChain[number], route: RouteMatch | null): boolean {
  if (route === null) return entry.isDisabled;
  return route.filterConfigs(entry.name).at(-1)?.disabled ?? entry.isDisabled;
}

/** A stream whose filters are being made. */
export interface ChainedStream extends FilteredStream {
  /** Replaced when a filter is added. */
  controls: readonly FilterControl[];
}

/** Makes the filters of a stream and gives them their places; a filter that throws ends that. */
export function addFilters(stream: ChainedStream, chain: HttpFilterChain, route: RouteMatch | null): void {
  const { bufferLimitBytes } = stream;
  for (let i = 0; i < chain.length; i++) {
    const entry = chain[i] as HttpFilterChain[number];
    if (isSwitchedOff(entry, route)) continue;
    const control = new FilterControl(stream, entry.name);
    let filter: HttpFilter;
    try {
      filter = entry.make(control);
    } catch (error) {
      stream.onFilterError(error);
      return;
    }
    control.attach(filter, stream.request.addPlace(filter, bufferLimitBytes));
    stream.controls = appended(stream.controls, control);
  }
  addResponsePlaces(stream, bufferLimitBytes);
}

function addResponsePlaces({ controls, response }: ChainedStream, bufferLimitBytes: number): void {
  for (let i = controls.length - 1; i >= 0; i--) {
    const control = controls[i] as FilterControl;
    if (hasResponseHooks(control.filter))
      control.response = response.addPlace(control.filter, bufferLimitBytes);
    else control.responseIndex = response.places.length;
  }
}

/** Whether responses need a place at that filter. */
function hasResponseHooks(filter: HttpFilter): boolean {
  return (
    filter.onResponseHeaders !== undefined ||
    filter.onResponseData !== undefined ||
    filter.onResponseTrailers !== undefined
  );
}
