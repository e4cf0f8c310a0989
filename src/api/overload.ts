import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';

/** What a server under pressure does; the place in the list is that of its level in what the threads share. */
export const overloadActions = [
  'envoy.overload_actions.stop_accepting_requests',
  'envoy.overload_actions.disable_http_keepalive',
  'envoy.overload_actions.stop_accepting_connections',
  'envoy.overload_actions.reject_incoming_connections',
  'envoy.overload_actions.shrink_heap',
  'envoy.overload_actions.reduce_timeouts',
  'envoy.overload_actions.reset_high_memory_stream',
] as const;

/** Where load is shed; their levels follow those of the actions. */
export const shedPoints = [
  'envoy.load_shed_points.tcp_listener_accept',
  'envoy.load_shed_points.http_connection_manager_decode_headers',
] as const;

export const Overload = {
  stopAcceptingRequests: 0,
  disableKeepalive: 1,
  stopAcceptingConnections: 2,
  rejectConnections: 3,
  shrinkHeap: 4,
  reduceTimeouts: 5,
  resetHighMemoryStream: 6,
  shedAccepting: 7,
  shedRequests: 8,
} as const;

/** Timeouts that shrink under pressure, by Envoy's names. */
export type ScaledTimer =
  | 'HTTP_DOWNSTREAM_CONNECTION_IDLE'
  | 'HTTP_DOWNSTREAM_STREAM_IDLE'
  | 'TRANSPORT_SOCKET_CONNECT'
  | 'HTTP_DOWNSTREAM_CONNECTION_MAX'
  | 'HTTP_DOWNSTREAM_STREAM_FLUSH';

/** The least that a timeout shrinks to: milliseconds, or a share of what it is. */
export type TimerScale = {
  readonly timer: ScaledTimer;
  readonly minMs: number;
  /** 0 to 1; used where `minMs` is negative. */
  readonly minShare: number;
};

/** What a thread asks about pressure. Main writes the levels, percent; everybody reads them. */
export interface OverloadView {
  /** Whether an action applies to this one request, connection or answer: always in full, else by chance. */
  applies(action: number): boolean;
  /** Whether an action that is all or nothing is called for. */
  isFull(action: number): boolean;
  /** How long a timeout is at the moment. */
  timeoutMs(timer: ScaledTimer, ms: number): number;
  /** Whether that timeout changes with the pressure: who waits looks again now and then. */
  isScaled(timer: ScaledTimer): boolean;
}

/** How far a resource is used up. */
export interface ResourceMonitor {
  /** From 0; 1 is all there is. Null: it cannot be told now. */
  pressure(): number | null;
}

/** A monitor that is asked on main, once per refresh. One without `build` guards its resource itself. */
export interface ResourceMonitorFactory<C extends Plain = Plain> extends Extension<C> {
  build?(config: C): ResourceMonitor;
}
