import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import type { LogContext } from '../../../../api/stream-info.js';
import { FilterStateValues } from '../../../../stream/filter-state-values.js';
import { parseSetFilterState, type SetFilterStateConfig } from './config.js';

/** Writes texts into the filter state of a connection, where later filters, streams and logs look for them. */
export const networkSetFilterState: NetworkFilterFactory<SetFilterStateConfig> = {
  name: 'envoy.filters.network.set_filter_state',
  typeUrl: 'envoy.extensions.filters.network.set_filter_state.v3.Config',
  isTerminal: false,
  parse: parseSetFilterState,
  build(config) {
    const moments: Moments = {
      onNewConnection: new FilterStateValues(config.onNewConnection),
      onHandshake: new FilterStateValues(config.onHandshake),
      onFirstData: new FilterStateValues(config.onFirstData),
    };
    return (connection) => new SetFilterStateFilter(moments, connection);
  },
};

interface Moments {
  readonly onNewConnection: FilterStateValues;
  readonly onHandshake: FilterStateValues;
  readonly onFirstData: FilterStateValues;
}

class SetFilterStateFilter implements NetworkFilter {
  private readonly moments: Moments;
  private readonly control: ConnectionControl;
  private sawData: boolean;

  constructor(moments: Moments, control: ConnectionControl) {
    this.moments = moments;
    this.control = control;
    this.sawData = false;
  }

  /** Filters are told of a connection behind its handshake, so that both moments are one here. */
  onNewConnection(): NetworkStatus {
    this.apply(this.moments.onNewConnection);
    if (this.control.info.isTls) this.apply(this.moments.onHandshake);
    return NetworkStatus.Continue;
  }

  onData(): NetworkStatus {
    if (this.sawData) return NetworkStatus.Continue;
    this.sawData = true;
    this.apply(this.moments.onFirstData);
    return NetworkStatus.Continue;
  }

  private apply(values: FilterStateValues): void {
    if (values.isEmpty) return;
    const { control } = this;
    control.record.bytesReceived = control.bytesReceived;
    const context: LogContext = {
      info: control.record,
      requestHeaders: null,
      responseHeaders: null,
      responseTrailers: null,
      logType: 'NotSet',
    };
    values.apply(context);
  }
}
