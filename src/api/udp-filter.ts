import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';
import type { Address } from './stream-info.js';
import type { ThreadScope } from './thread-scope.js';

/** What a UDP filter's `build` is told of its listener. */
export interface UdpListenerContext {
  readonly listenerName: string;
  /** Longer datagrams are cut by Envoy, which then drops them; so they are dropped here. */
  readonly maxDatagramBytes: number;
  /** Counts a datagram that was dropped for its length. */
  onDropped(): void;
}

/** A filter that has taken a listener's socket. */
export interface UdpReceiver {
  /** Receives no more and ends what is in progress. Called once. */
  close(): void;
}

/** The filter of a UDP listener in one worker: the socket is its own from `open` on. */
export interface UdpListenerFilter {
  /** `fd`: a bound socket that the worker owns; closed with the receiver, also when this throws. */
  open(fd: number, local: Address): UdpReceiver;
}

export interface UdpListenerFilterFactory<C extends Plain = Plain> extends Extension<C> {
  build(config: C, scope: ThreadScope, context: UdpListenerContext): UdpListenerFilter;
}
