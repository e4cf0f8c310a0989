import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import { type DirectResponseConfig, parseDirectResponse } from './config.js';

/**
 * Answers every connection with the same bytes and closes it. It waits for the peer's FIN as long as a delayed close
 * does: bytes left unread would turn the close into a RST, which may overtake the answer.
 */
class DirectResponseFilter implements NetworkFilter {
  private readonly control: ConnectionControl;
  private readonly response: string;

  constructor(control: ConnectionControl, response: string) {
    this.control = control;
    this.response = response;
  }

  onNewConnection(): NetworkStatus {
    if (this.response !== '') this.control.writeText(this.response);
    this.control.close('flush-and-delay', '');
    return NetworkStatus.Stop;
  }

  onData(): NetworkStatus {
    return NetworkStatus.Stop;
  }
}

export const directResponse: NetworkFilterFactory<DirectResponseConfig> = {
  name: 'envoy.filters.network.direct_response',
  typeUrl: 'envoy.extensions.filters.network.direct_response.v3.Config',
  isTerminal: true,
  parse: parseDirectResponse,
  build: (config) => (connection) => new DirectResponseFilter(connection, config.response),
};
