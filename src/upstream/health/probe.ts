import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Address } from '../../api/stream-info.js';

/**
 * How one check of a host ended. `failed` is an answer that says no; `retriable` one that may be an accident;
 * `network` none at all.
 */
export type ProbeResult = 'passed' | 'degraded' | 'failed' | 'excluded' | 'retriable' | 'network';

/** Checks one host, one check at a time, over a connection that it may keep. */
export interface Probe {
  /** Starts a check; `onResult` of the probe's maker is called once, later. */
  begin(): void;
  /** Gives a running check up: its result does not come, its connection goes. */
  abandon(): void;
  close(): void;
}

export type ProbeMaker = (address: Address, onResult: (result: ProbeResult) => void) => Probe;

/** What a probe is told of its connection; `onClosed` comes last, once, also when connecting failed. */
export interface ProbeConnectionEvents {
  onConnected(): void;
  onData(data: Buffer): void;
  /** FIN of the host. */
  onEnd(): void;
  onClosed(): void;
}

/** Opens a connection to the host; errors are followed by `onClosed`. It keeps no thread alive. */
export function openProbeConnection(address: Address, events: ProbeConnectionEvents): Socket {
  const socket = address.isIp
    ? connect({ host: address.ip, port: address.port, noDelay: true })
    : connect({ path: address.ip });
  socket.unref();
  socket.on('connect', () => events.onConnected());
  socket.on('data', (data: Buffer) => events.onData(data));
  socket.on('end', () => events.onEnd());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => events.onClosed());
  return socket;
}
