import { type OnReadOpts, Socket, type SocketConnectOpts } from 'node:net';
import type { UpstreamSocketConfig } from '../../api/upstream-socket.js';
import { socketCalls } from '../../network/socket-calls.js';
import { applySocketOptions } from '../../network/socket-option-config.js';

/** What a socket ends with whose options cannot be set: its connection fails on this side. */
export const unsetOption = 'ESOCKETOPTION';

/** A socket on its way to `target` with options that were set before: Node itself sets none so early. */
export function preparedSocket(
  target: SocketConnectOpts,
  { options }: UpstreamSocketConfig,
  onread?: OnReadOpts,
): Socket {
  const isV6 = 'host' in target && target.host?.includes(':') === true;
  let fd: number;
  try {
    fd = socketCalls()?.streamSocket(isV6) ?? -1;
  } catch (error) {
    return failingSocket(error instanceof Error ? error : new Error(String(error)));
  }
  if (fd < 0) return failingSocket(Object.assign(new Error('no koffi'), { code: 'koffi cannot load' }));
  const problem = applySocketOptions(fd, options, 'STATE_PREBIND', isV6);
  // `manualStart`: nothing can be read before it is connected.
  const socket = new Socket(
    Object.assign({ fd, manualStart: true, allowHalfOpen: true }, onread === undefined ? {} : { onread }),
  );
  if (problem !== '') {
    setImmediate(() => socket.destroy(Object.assign(new Error(problem), { code: unsetOption })));
    return socket;
  }
  socket.connect(target);
  socket.once('connect', () => {
    // A socket that is made of a descriptor forgets `noDelay` of its target.
    if ('host' in target) socket.setNoDelay(true);
    const late = applySocketOptions(fd, options, 'STATE_BOUND', isV6);
    if (late !== '') socket.destroy(Object.assign(new Error(late), { code: unsetOption }));
  });
  return socket;
}

/** A socket that never connects. */
export function failingSocket(error: Error): Socket {
  const socket = new Socket();
  setImmediate(() => socket.destroy(error));
  return socket;
}
