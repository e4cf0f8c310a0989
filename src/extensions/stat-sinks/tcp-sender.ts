import { connect, type Socket } from 'node:net';
import type { DatagramSender } from '../../api/stat-sink.js';

/** Bytes that may wait for a server that does not read; more end the connection. */
const maxWaitingBytes = 16 * 1024 * 1024;
const connectTimeoutMs = 5000;
/** How long the last lines may take to leave. */
const closeTimeoutMs = 1000;

export interface StreamTarget {
  readonly ip: string;
  readonly port: number;
}

/**
 * The real connection behind `StatSinkScope.stream`: made for the first lines, and anew for those after a failure. Lines
 * that find no host are lost, as datagrams would be.
 */
export function tcpSender(hostOf: () => StreamTarget | null, onOverflow: () => void): DatagramSender {
  let socket: Socket | null = null;
  const open = (): Socket | null => {
    const host = hostOf();
    if (host === null) return null;
    const made = connect({ host: host.ip, port: host.port, noDelay: true });
    made.setTimeout(connectTimeoutMs, () => made.destroy());
    made.once('connect', () => made.setTimeout(0));
    made.on('error', () => made.destroy());
    made.once('close', () => {
      if (socket === made) socket = null;
    });
    made.resume().unref();
    return made;
  };
  return {
    send: (bytes) => {
      socket ??= open();
      if (socket === null) return;
      socket.write(bytes);
      socket.write('\n');
      if (socket.writableLength <= maxWaitingBytes) return;
      onOverflow();
      socket.destroy();
    },
    close: () => {
      const last = socket;
      if (last === null) return;
      socket = null;
      return new Promise((resolve) => {
        last.setTimeout(closeTimeoutMs, () => last.destroy());
        last.once('close', () => resolve());
        last.end();
      });
    },
  };
}
