import type { Server } from 'node:net';
import type { SocketState } from '../api/socket-options.js';
import type { BindConfig } from '../network/listener-config.js';
import { applySocketOptions } from '../network/socket-option-config.js';
import type { Descriptors } from './descriptors.js';

/** A TCP or UDP socket bound to an address with the options that are set before and behind that; throws what went wrong. */
export function bindSocket(
  descriptors: Descriptors,
  bind: BindConfig,
  isShared: boolean,
  kind: 'bindTcp' | 'bindUdp' = 'bindTcp',
): number {
  const isV6Only = bind.address.includes(':') && !bind.ipv4Compat;
  const fd = descriptors[kind](bind.address, bind.port, isV6Only, isShared, (unbound) =>
    apply(unbound, bind, 'STATE_PREBIND'),
  );
  try {
    apply(fd, bind, 'STATE_BOUND');
  } catch (error) {
    descriptors.close(fd);
    throw error;
  }
  return fd;
}

/** Sets the options of a socket that listens. */
export function onListening(server: Server, bind: BindConfig): void {
  const handle: unknown = Reflect.get(server, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : -1;
  if (typeof fd === 'number' && fd >= 0) apply(fd, bind, 'STATE_LISTENING');
}

function apply(fd: number, bind: BindConfig, state: SocketState): void {
  const problem = applySocketOptions(fd, bind.options, state, bind.address.includes(':'));
  if (problem !== '') throw new Error(problem);
}
