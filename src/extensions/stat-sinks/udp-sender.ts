import { createSocket } from 'node:dgram';
import type { DatagramSender } from '../../api/stat-sink.js';

/** The real socket behind `StatSinkScope.datagrams`. It keeps no process alive. */
export function udpSender(address: string, port: number, onError: (error: Error) => void): DatagramSender {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const report = (error: Error | null): void => {
    if (error !== null) onError(error);
  };
  let pending = 0;
  let onSent: (() => void) | null = null;
  const closed = new Promise<void>((resolve) => socket.once('close', resolve));
  socket.on('error', report);
  socket.unref();
  return {
    send: (bytes) => {
      if (onSent !== null) return;
      pending += 1;
      socket.send(bytes, port, address, (error) => {
        pending -= 1;
        report(error);
        if (pending === 0) onSent?.();
      });
    },
    close: () => {
      if (onSent !== null) return closed;
      onSent = () => socket.close();
      if (pending === 0) onSent();
      return closed;
    },
  };
}
