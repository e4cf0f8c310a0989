import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import { FilterStateValues } from '../../../../stream/filter-state-values.js';
import { parseSetFilterState, type SetFilterStateConfig } from './config.js';

/** Writes texts into the filter state of a request, where later filters and logs look for them. */
export const setFilterStateFilter: HttpFilterFactory<SetFilterStateConfig, SetFilterStateConfig> = {
  name: 'envoy.filters.http.set_filter_state',
  typeUrl: 'envoy.extensions.filters.http.set_filter_state.v3.Config',
  parse: parseSetFilterState,
  parseRoute: parseSetFilterState,
  build(config) {
    const levels = new Levels(config);
    return (stream) => new SetFilterStateFilter(stream, levels);
  },
};

/** The filter's own values, and those of every level of a route, least specific first. */
class Levels {
  private readonly own: readonly LevelValues[];
  private readonly byConfigs: WeakMap<readonly Plain[], readonly LevelValues[]>;

  constructor(config: SetFilterStateConfig) {
    this.own = [new LevelValues(config)];
    this.byConfigs = new WeakMap();
  }

  of(configs: readonly Plain[]): readonly LevelValues[] {
    if (configs.length === 0) return this.own;
    let levels = this.byConfigs.get(configs);
    if (levels === undefined) {
      levels = [...this.own, ...configs.map((config) => new LevelValues(config as SetFilterStateConfig))];
      this.byConfigs.set(configs, levels);
    }
    return levels;
  }
}

class LevelValues {
  readonly clearsRoute: boolean;
  readonly values: FilterStateValues;

  constructor(config: SetFilterStateConfig) {
    this.clearsRoute = config.clearsRoute;
    this.values = new FilterStateValues(config.values);
  }
}

class SetFilterStateFilter implements HttpFilter, LogContext {
  private readonly stream: StreamControl;
  private readonly levels: Levels;
  readonly logType = 'NotSet';
  readonly responseHeaders = null;
  readonly responseTrailers = null;
  requestHeaders: RequestHeaders | null;

  constructor(stream: StreamControl, levels: Levels) {
    this.stream = stream;
    this.levels = levels;
    this.requestHeaders = null;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    this.requestHeaders = headers;
    let clearsRoute = false;
    for (const level of this.levels.of(this.stream.routeConfigs())) {
      level.values.apply(this);
      clearsRoute ||= level.clearsRoute;
    }
    if (clearsRoute) this.stream.refreshRoute();
    return HeadersStatus.Continue;
  }
}
