import type { ConfigNode } from '../../api/config-node.js';
import type { ConnectionCloseKind, ConnectionControl } from '../../api/network-filter.js';
import type { StreamInfo } from '../../api/stream-info.js';
import type { Logger } from '../../api/thread-scope.js';
import type { Plain } from '../../base/plain.js';
import type { FilterCluster } from './contract.js';

/** What a handler can do with its connection. One per connection, the same for all handlers. */
export interface ConnectionRun<C extends Plain = Plain> {
  readonly config: C;
  /** The connection as access logs see it. */
  readonly info: StreamInfo;
  readonly log: Logger;
  /** Aborted when the connection ends, or the handler runs out of time. */
  readonly signal: AbortSignal;
  /** Values to carry from one call to the next. */
  readonly state: Map<string, unknown>;
  /** The client has sent its last byte. */
  readonly hasEnded: boolean;
  cluster(name: string): FilterCluster;
  /** Sends bytes to the client, before those that come from the upstream later. */
  send(data: string | Uint8Array): void;
  /** Closes the connection once what was sent has left; the reason is `%DOWNSTREAM_LOCAL_CLOSE_REASON%`. */
  close(reason?: string): void;
  /** Dynamic metadata under the filter's name: `%DYNAMIC_METADATA(<name>:<key>)%`. */
  setMetadata(key: string, value: Plain): void;
  /** Resolves after that time; rejects when the connection ends before. */
  sleep(ms: number): Promise<void>;
  /** Runs `task` after that time unless the connection has ended by then. */
  timer(ms: number, task: () => void): void;
  /** Counter `network.<name of the filter>.<name>`. */
  count(name: string, n?: number): void;
  /** Everything else: the contract that built-in filters are written to. */
  readonly connection: ConnectionControl;
}

/** `more`: the bytes stay, and come again together with those that follow. */
// biome-ignore lint/suspicious/noConfusingVoidType: handlers that return nothing are to be written as such.
export type DataVerdict = void | 'more';

export interface AsyncNetworkFilterOptions<C extends Plain = Plain> {
  /** What stats and metadata call it. */
  readonly name: string;
  /** Type that its configuration is written with; the name unless given. */
  readonly typeUrl?: string;
  /** Reads the filter's configuration; without it there is none. */
  parse?(node: ConfigNode): C;
  /** How long a handler may take; 15 000 unless given, 0 for ever. */
  readonly timeoutMs?: number;
  /** A handler that throws, rejects or takes too long ends the connection (`close`, the default), or is passed over. */
  readonly onError?: 'close' | 'continue';
  /** A connection came. While this runs the next filters do not know of it: a TCP proxy does not dial. */
  open?(run: ConnectionRun<C>): void | Promise<void>;
  /**
   * Bytes from the client, on their way to the next filter, which has them once this is done. Where this is no
   * `async` function they are valid until it returns.
   */
  data?(bytes: Buffer, run: ConnectionRun<C>): DataVerdict | Promise<DataVerdict>;
  /** Bytes on their way to the client, valid until this returns. They pass. */
  write?(bytes: Buffer, run: ConnectionRun<C>): void;
  /** The connection has ended. */
  close?(run: ConnectionRun<C>, kind: ConnectionCloseKind): void;
}
