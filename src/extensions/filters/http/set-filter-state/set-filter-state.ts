import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import { fromByteText } from '../../../../format/byte-text.js';
import { compileSubstitutionFormat } from '../../../../format/substitution-format.js';
import type { Format } from '../../../../format/text-format.js';
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
  private readonly own: readonly StateValues[];
  private readonly byConfigs: WeakMap<readonly Plain[], readonly StateValues[]>;

  constructor(config: SetFilterStateConfig) {
    this.own = [new StateValues(config)];
    this.byConfigs = new WeakMap();
  }

  of(configs: readonly Plain[]): readonly StateValues[] {
    if (configs.length === 0) return this.own;
    let levels = this.byConfigs.get(configs);
    if (levels === undefined) {
      levels = [...this.own, ...configs.map((config) => new StateValues(config as SetFilterStateConfig))];
      this.byConfigs.set(configs, levels);
    }
    return levels;
  }
}

interface StateValue {
  readonly key: string;
  readonly format: Format;
  readonly skipsEmpty: boolean;
}

class StateValues {
  readonly clearsRoute: boolean;
  private readonly values: readonly StateValue[];

  constructor(config: SetFilterStateConfig) {
    this.clearsRoute = config.clearsRoute;
    this.values = config.values.map(({ key, format, skipsEmpty }) => {
      return { key, format: compileSubstitutionFormat(format), skipsEmpty };
    });
  }

  /** `fixed` are the keys that may not be written again; answers those from now on. */
  apply(context: LogContext): void {
    for (const { key, format, skipsEmpty } of this.values) {
      const text = format(context);
      if (text === '' && skipsEmpty) continue;
      context.info.filterState ??= new Map();
      context.info.filterState.set(key, fromByteText(text));
    }
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
    for (const values of this.levels.of(this.stream.routeConfigs())) {
      values.apply(this);
      clearsRoute ||= values.clearsRoute;
    }
    if (clearsRoute) this.stream.refreshRoute();
    return HeadersStatus.Continue;
  }
}
