import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

/** What the owner of a socket is told. */
export interface DatagramEvents {
  onDatagram(bytes: Buffer, remote: RemoteInfo): void;
  onError(): void;
}

/** A socket that resolves no names: every address it is given is one. */
function newSocket(isIpv6: boolean, events: DatagramEvents): Socket {
  const socket = createSocket({
    type: isIpv6 ? 'udp6' : 'udp4',
    lookup: (address, _options, done) => done(null, address, isIpv6 ? 6 : 4),
  });
  socket.on('message', (bytes, remote) => events.onDatagram(bytes, remote));
  socket.on('error', () => events.onError());
  return socket;
}

/** Takes over a bound socket; throws when it is none, and the descriptor is still the caller's then. */
export function socketOf(fd: number, isIpv6: boolean, events: DatagramEvents): Socket {
  const socket = newSocket(isIpv6, events);
  socket.bind({ fd });
  return socket;
}

/** A socket that talks to one address alone; what others send does not reach it. */
export function connectedSocket(
  ip: string,
  port: number,
  events: DatagramEvents,
  isWanted: () => boolean,
): Socket {
  const socket = newSocket(ip.includes(':'), events);
  socket.connect(port, ip, () => {
    if (!isWanted()) closeSocket(socket);
  });
  return socket;
}

export function closeSocket(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // Closed before.
  }
}
