import type { Chunk } from '../../../../api/codec.js';
import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import { type EchoConfig, parseEcho } from './config.js';

/** Sends back what it reads, and reads no faster than the peer takes it. */
class EchoFilter implements NetworkFilter {
  private readonly control: ConnectionControl;

  constructor(control: ConnectionControl) {
    this.control = control;
    control.setHalfClose(true);
  }

  onData(chunk: Chunk, endStream: boolean): NetworkStatus {
    this.control.writeBytes(chunk.buffer, chunk.start, chunk.end);
    if (endStream) this.control.endWriting();
    return NetworkStatus.Stop;
  }

  onAboveWatermark(): void {
    this.control.pauseReading();
  }

  onBelowWatermark(): void {
    this.control.resumeReading();
  }
}

export const echo: NetworkFilterFactory<EchoConfig> = {
  name: 'envoy.filters.network.echo',
  typeUrl: 'envoy.extensions.filters.network.echo.v3.Echo',
  isTerminal: true,
  parse: parseEcho,
  build: () => (connection) => new EchoFilter(connection),
};
