import type { OnReadOpts, Socket } from 'node:net';
import type { Address } from '../api/stream-info.js';
import type { Plain } from '../base/plain.js';
import { listenerOfInternal } from './address.js';
import { InternalSocket } from './internal-socket.js';
import { ReadLink } from './read-link.js';

/** What a connection to an internal listener brings along. */
export interface PassedState {
  /** Namespaces of metadata, which the connection there begins with. */
  readonly metadata: readonly (readonly [namespace: string, fields: Plain])[];
  readonly filterState: ReadonlyMap<string, unknown> | null;
}

/** The listeners of a thread that are reached without a socket of the system. */
export interface InternalListeners {
  /** A connection on its way to that listener; null when there is no such listener here. */
  connect(address: Address, passed: PassedState | null, reads: OnReadOpts | null): Socket | null;
}

/** A thread that carries no connections of clients. */
export const noInternalListeners: InternalListeners = { connect: () => null };

/** Takes such connections. */
export interface InternalAcceptor {
  acceptInternal(
    socket: Socket,
    id: number,
    link: ReadLink,
    local: Address,
    passed: PassedState | null,
  ): void;
}

/** Where a thread finds them. */
export interface InternalListenerSource {
  readonly readBuffer: Buffer;
  isInternal(name: string): boolean;
  listener(name: string): InternalAcceptor | null;
  nextConnectionId(): number;
}

/** Connects clusters of a thread with listeners of the same thread. */
export class ThreadInternalListeners implements InternalListeners {
  private readonly source: InternalListenerSource;

  constructor(source: InternalListenerSource) {
    this.source = source;
  }

  connect(address: Address, passed: PassedState | null, reads: OnReadOpts | null): Socket | null {
    const { source } = this;
    const name = listenerOfInternal(address, (known) => source.isInternal(known));
    const listener = name === null ? null : source.listener(name);
    if (listener === null) return null;
    const link = new ReadLink();
    const onread = { buffer: source.readBuffer, callback: (length: number) => link.onRead(length) };
    const [client, server] = InternalSocket.pair(reads, onread);
    listener.acceptInternal(server, source.nextConnectionId(), link, address, passed);
    // It has been turned away already: there is nothing to connect to.
    if (server.destroyed) {
      client.destroy();
      return null;
    }
    return client;
  }
}
