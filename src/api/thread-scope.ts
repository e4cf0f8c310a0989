import type { BufferPool } from '../base/buffer-pool.js';
import type { Clock } from '../base/clock.js';
import type { Plain } from '../base/plain.js';
import type { Random } from '../base/random.js';
import type { TimerWheel } from '../base/timer-wheel.js';
import type { AccessLog, AccessLogConfig } from './access-log.js';
import type { ExtensionConfig } from './config-node.js';
import type { ExtensionRegistry } from './extension.js';
import type { HttpFilterFactory, HttpFilterMaker } from './http-filter.js';
import type { OverloadView } from './overload.js';
import type { RuntimeView } from './runtime.js';
import type { SecretView } from './secrets.js';
import type { StatScope } from './stats.js';
import type { ClusterManager } from './upstream.js';

/** A logger of process messages; lines reach main's log wherever they are written. */
export interface Logger {
  trace(text: string): void;
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** The node identity of the bootstrap, with the command line's overrides applied. */
export interface NodeIdentity {
  readonly id: string;
  readonly cluster: string;
  readonly zone: string;
  /** The structure that it was given. */
  readonly metadata: Plain;
  /** This server's own address of the family that `--local-address-ip-version` chose, for x-forwarded-for. */
  readonly localAddress: string;
}

/** Memory that the threads of the process share. */
export interface SharedMemory {
  /**
   * Seven 64-bit words under that name, zero at first: the same ones in every thread, for the life of the process.
   * They are changed with `Atomics` alone. Ask when building, not per request.
   */
  words(name: string): BigInt64Array;
  /** A larger piece under that name, alike. Every thread asks for the same length; there is room for a few. */
  bytes(name: string, length: number): Uint8Array;
  /** Monotonic milliseconds on a clock that all threads agree on; `clock.now()` begins with its thread. */
  nowMs(): number;
}

/** A log file of this thread. */
export interface LogSink {
  /** Adds lines, each character one byte; never fails. */
  write(lines: string): void;
}

/** What a factory's `build` gets of the thread it runs in. One per thread; everything in it is this thread's own. */
export interface ThreadScope {
  readonly role: 'main' | 'worker';
  /** 0 on main, 1… in workers. */
  readonly threadIndex: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: TimerWheel;
  readonly buffers: BufferPool;
  readonly stats: StatScope;
  readonly runtime: RuntimeView;
  readonly log: Logger;
  readonly node: NodeIdentity;
  readonly clusters: ClusterManager;
  readonly shared: SharedMemory;
  readonly extensions: ExtensionRegistry;
  readonly secrets: SecretView;
  /** Builds an access logger with its filter; the same file is opened once per thread. */
  accessLog(config: AccessLogConfig): AccessLog;
  /** The file of that path, for lines of another form than access logs have; opened once per thread. */
  logFile(path: string): LogSink;
  /** Builds an HTTP filter of a chain. `statPrefix` is the connection manager's, `http.ingress`. */
  httpFilter(config: ExtensionConfig, statPrefix: string): HttpFilterMaker;
  /** The factory of an HTTP filter, for its `parseRoute` data. */
  httpFilterFactory(typeUrl: string): HttpFilterFactory | undefined;
  /** How much is used up; null or absent where nothing looks. */
  readonly overload?: OverloadView | null;
  /** True while the process drains: responses ask for the connection to be closed. */
  readonly drain: DrainView;
}

/** Asked per response. */
export interface DrainView {
  /** The admin has set the server to fail its health checks. */
  readonly isHealthCheckFailed: boolean;
  /** Whether this connection should be closed after the response, for a listener of that drain type. */
  shouldClose(listenerName: string): boolean;
}
