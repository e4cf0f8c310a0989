import { type OnReadOpts, type Server, Socket, type SocketConstructorOpts } from 'node:net';

/** A connection as libuv accepted it: no byte of it is read. Private names of Node, kept to this file. */
export interface AcceptedHandle {
  readonly fd: number;
  close(): void;
}

interface ListeningHandle {
  onconnection: (this: unknown, status: number, accepted: unknown) => void;
}

/**
 * From now on `onAccept` gets the handles of the connections of a listening server, and no socket is made for them;
 * errors go the server's way. False where this Node does not let us: 'connection' events come as before.
 */
export function acceptHandles(server: Server, onAccept: (handle: AcceptedHandle) => void): boolean {
  const listening: unknown = Reflect.get(server, '_handle');
  if (!isListening(listening)) return false;
  const { onconnection } = listening;
  listening.onconnection = (status, accepted) => {
    if (status !== 0 || !isAccepted(accepted)) {
      Reflect.apply(onconnection, listening, [status, accepted]);
      return;
    }
    setNoDelay(accepted);
    onAccept(accepted);
  };
  return true;
}

/** A socket around an accepted connection, which it owns from then on. */
export function acceptedSocket(from: AcceptedHandle | number, onread: OnReadOpts): Socket {
  const isHandle = typeof from !== 'number';
  // With all that Node adds to a copy of these: a property added to a copy makes V8 draw up a shape for every socket,
  // 5 µs and 1.2 KB of the old generation each.
  const options = {
    handle: isHandle ? from : undefined,
    fd: isHandle ? undefined : from,
    readable: true,
    writable: true,
    allowHalfOpen: true,
    emitClose: false,
    autoDestroy: true,
    decodeStrings: false,
    onread,
  };
  const known: SocketConstructorOpts = options;
  return new Socket(known);
}

/** The handle behind a socket, or null. */
export function handleBehind(socket: Socket): AcceptedHandle | null {
  const handle: unknown = Reflect.get(socket, '_handle');
  return isAccepted(handle) ? handle : null;
}

/** A Unix socket has no delay to set. */
function setNoDelay(handle: AcceptedHandle): void {
  const set: unknown = Reflect.get(handle, 'setNoDelay');
  if (typeof set === 'function') Reflect.apply(set, handle, [true]);
}

function isListening(value: unknown): value is ListeningHandle {
  return (
    typeof value === 'object' &&
    value !== null &&
    'onconnection' in value &&
    typeof value.onconnection === 'function'
  );
}

function isAccepted(value: unknown): value is AcceptedHandle {
  return (
    typeof value === 'object' &&
    value !== null &&
    'fd' in value &&
    typeof value.fd === 'number' &&
    'close' in value &&
    typeof value.close === 'function'
  );
}
