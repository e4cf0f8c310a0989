import type { Plain } from '../base/plain.js';
import type { Probe } from './explain.js';
import type {
  HostUpdate,
  HostUpdateAck,
  HostWant,
  ImmediateHealthFailure,
  OutlierReport,
} from './messages-upstream.js';
import type { NameAnswer, NameWant } from './name-caches.js';
import type { SecretValue } from './secrets.js';
import type { LaneMessage } from './stat-messages.js';

/** Everything that main and workers say to each other. One port per worker carries both directions, in order. */

/** An accepted connection on its way to a worker. */
export interface HandedConnection {
  /** A duplicated descriptor; from the bump of `ControlWord.adopted` on it is the worker's. */
  readonly fd: number;
  readonly listener: string;
  /** Unique in the process. */
  readonly id: number;
  /** Which of the listener's addresses accepted it. */
  readonly bind: number;
  /** The listener's word among `listenerWords`. */
  readonly slot: number;
}

/** A socket that main has bound and a worker accepts on (`enable_reuse_port`), or receives datagrams on. */
export interface ListeningSocket {
  /** A duplicated descriptor; from the bump of `ControlWord.listening` on it is the worker's. */
  readonly fd: number;
  readonly listener: string;
  readonly bind: number;
  readonly slot: number;
  readonly backlog: number;
  /** Connections whose descriptor is higher are refused. */
  readonly highestFd: number;
  /** Of datagrams: the port as it was bound. */
  readonly port?: number;
}

/** Main → worker. */
export type ToWorker =
  /** What main has accepted for this worker in one turn, in order. */
  | { readonly kind: 'connections'; readonly list: readonly HandedConnection[] }
  | { readonly kind: 'hosts'; readonly update: HostUpdate }
  /** What a name of a dynamic forward proxy has come to; its hosts were told before. */
  | { readonly kind: 'name'; readonly answer: NameAnswer }
  /** The layers of runtime have changed; the whole of it. */
  | { readonly kind: 'runtime'; readonly layers: Plain }
  /** Ask for connections to be closed with their next response; idle ones close. */
  | { readonly kind: 'drain' }
  /**
   * Listeners of these names drain: a response closes its connection with a probability that rises to 1 within
   * `drainMs`, of which `elapsedMs` have passed; 0 closes at once.
   */
  | {
      readonly kind: 'drain-listeners';
      readonly listeners: readonly string[];
      readonly drainMs: number;
      readonly elapsedMs: number;
    }
  /** Health-check failed by the operator: listeners of drain type DEFAULT discourage their clients. */
  | { readonly kind: 'fail-health-check'; readonly isFailed: boolean }
  /** Build these listeners now, with their slots: their stats exist then, and no first connection waits for it. */
  | { readonly kind: 'warm'; readonly listeners: readonly (readonly [name: string, slot: number])[] }
  | { readonly kind: 'reopen-logs' }
  /** A secret has changed; new handshakes use it. */
  | { readonly kind: 'secret'; readonly secret: SecretValue }
  | { readonly kind: 'log-level'; readonly level: string }
  | { readonly kind: 'memory'; readonly id: number }
  | { readonly kind: 'question'; readonly id: number; readonly question: WorkerQuestion }
  /** Profile this thread's CPU until told to stop, with null. Worker N's profile goes to `<path>.worker_N`. */
  | { readonly kind: 'cpu-profile'; readonly path: string | null }
  /** Accept connections of that listener on a listening socket of the worker's own. */
  | { readonly kind: 'accept'; readonly socket: ListeningSocket }
  /** Accept no more on those listeners, or on any. */
  | { readonly kind: 'stop-accepting'; readonly listeners: readonly string[] | null }
  /** Close everything and return from the task. */
  | { readonly kind: 'stop' };

/** What an operator wants to know of a worker. */
export type WorkerQuestion =
  /** `ClusterFailures` of that cluster, or of all for an empty name. */
  | { readonly kind: 'failures'; readonly cluster: string }
  /** An `Explanation`. */
  | { readonly kind: 'explain'; readonly probe: Probe };

/** Worker → main. */
export type ToMain =
  | { readonly kind: 'ready'; readonly build: string }
  | { readonly kind: 'stats'; readonly messages: readonly LaneMessage[] }
  | { readonly kind: 'hosts-acknowledged'; readonly ack: HostUpdateAck }
  | { readonly kind: 'outlier'; readonly report: OutlierReport }
  | { readonly kind: 'health-failure'; readonly failure: ImmediateHealthFailure }
  | { readonly kind: 'host-wanted'; readonly want: HostWant }
  | { readonly kind: 'name-wanted'; readonly want: NameWant }
  | { readonly kind: 'log'; readonly level: string; readonly text: string }
  | { readonly kind: 'memory'; readonly id: number; readonly usage: MemoryUsage }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Plain }
  /** A connection was refused since no descriptor was left for it. */
  | { readonly kind: 'descriptors-exhausted'; readonly listener: string }
  /** Draining, and nothing is open any more; with the number of descriptors taken over so far. */
  | { readonly kind: 'drained'; readonly adopted: number };

export interface MemoryUsage {
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

/** Words of a worker's control block, an Int32Array that the worker writes and main reads. */
export const ControlWord = {
  /** Descriptors taken over so far; bumped just before each is adopted. */
  adopted: 0,
  /** Moves while the worker's event loop turns. */
  heartbeat: 1,
  /** Open downstream connections. */
  connections: 2,
  /** Connections with a request in progress. */
  busy: 3,
  /** Listening sockets taken over so far; bumped just before each is adopted. */
  listening: 4,
} as const;
/** Behind the words above: open connections per listener, by the slot that main gave the listener. */
export const firstListenerWord = 16;
export const listenerWords = 240;
export const controlWords = firstListenerWord + listenerWords;

/** What a shard's task starts with, beside its port. */
export interface ShardTask {
  readonly threadIndex: number;
  /** Main and every worker. */
  readonly threads: number;
  readonly build: string;
  readonly control: SharedArrayBuffer;
  /** What all threads share by name, `SharedMemory`. */
  readonly shared: SharedArrayBuffer;
  /** `Snapshot` of the plane. */
  readonly snapshot: Plain;
  readonly secrets: readonly SecretValue[];
  readonly settings: ShardSettings;
}

/** Settings that hold for the life of a worker. */
export type ShardSettings = {
  readonly nodeId: string;
  readonly nodeCluster: string;
  readonly nodeZone: string;
  readonly nodeMetadata: Plain;
  readonly localAddress: string;
  readonly logLevel: string;
  readonly runtime: Plain;
  readonly statsConfig: Plain;
  /** Timeouts that shrink under pressure, `TimerScale`; null where nothing looks at pressure. */
  readonly overload: Plain;
  /** Modules with users' filters, absolute paths or package names. */
  readonly modules: readonly string[];
  readonly logFlushMs: number;
  readonly logFlushBytes: number;
};
