import { createSocket } from 'node:dgram';
import type { DatagramSender } from '../../api/stat-sink.js';

/** The real socket behind `StatSinkScope.datagrams`. It keeps no process alive. */
export function udpSender(address: string, port: number, onError: (error: Error) => void): DatagramSender {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const report = (error: Error | null): void => {
    if (error !== null) onError(error);
  };
  let pending = 0;
  let isClosing = false;
  const closeWhenSent = (): void => {
    if (isClosing && pending === 0) socket.close();
  };
  socket.on('error', report);
  socket.unref();
  return {
    send: (bytes) => {
      if (isClosing) return;
      pending += 1;
      socket.send(bytes, port, address, (error) => {
        pending -= 1;
        report(error);
        closeWhenSent();
      });
    },
    close: () => {
      if (isClosing) return;
      isClosing = true;
      closeWhenSent();
    },
  };
}
