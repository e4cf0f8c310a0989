import type { AccessLog, AccessLogConfig } from '../api/access-log.js';
import type { ExtensionConfig } from '../api/config-node.js';
import type { ExtensionRegistry } from '../api/extension.js';
import type { HttpFilterContext, HttpFilterFactory, HttpFilterMaker } from '../api/http-filter.js';
import type { OverloadView } from '../api/overload.js';
import type { RuntimeView } from '../api/runtime.js';
import type { SecretView } from '../api/secrets.js';
import type { StatScope } from '../api/stats.js';
import type {
  DrainView,
  Logger,
  LogSink,
  NodeIdentity,
  SharedMemory,
  ThreadScope,
} from '../api/thread-scope.js';
import type { ClusterManager } from '../api/upstream.js';
import type { BufferPool } from '../base/buffer-pool.js';
import type { Clock } from '../base/clock.js';
import type { Random } from '../base/random.js';
import type { TimerWheel } from '../base/timer-wheel.js';
import { threadLogFiles } from '../extensions/access-loggers/log-files.js';
import { accessLogOf, httpFilterOf } from './thread-plane.js';

/** The parts of a thread's scope that are made before it. */
export type ScopeParts = Omit<ThreadScope, 'accessLog' | 'logFile' | 'httpFilter' | 'httpFilterFactory'>;

/** What factories get of a thread; see `api/thread-scope.ts`. */
export class LiveThreadScope implements ThreadScope {
  readonly role: 'main' | 'worker';
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
  readonly drain: DrainView;
  readonly overload: OverloadView | null;

  constructor(parts: ScopeParts) {
    this.role = parts.role;
    this.threadIndex = parts.threadIndex;
    this.clock = parts.clock;
    this.random = parts.random;
    this.timers = parts.timers;
    this.buffers = parts.buffers;
    this.stats = parts.stats;
    this.runtime = parts.runtime;
    this.log = parts.log;
    this.node = parts.node;
    this.clusters = parts.clusters;
    this.shared = parts.shared;
    this.extensions = parts.extensions;
    this.secrets = parts.secrets;
    this.drain = parts.drain;
    this.overload = parts.overload ?? null;
  }

  accessLog(config: AccessLogConfig): AccessLog {
    return accessLogOf(config, this);
  }

  logFile(path: string): LogSink {
    return threadLogFiles.open(path, this);
  }

  httpFilter(config: ExtensionConfig, statPrefix: string): HttpFilterMaker {
    return httpFilterOf(config, new FilterScope(this, statPrefix));
  }

  httpFilterFactory(typeUrl: string): HttpFilterFactory | undefined {
    const found = this.extensions.find('http.filter', typeUrl);
    return found === undefined ? undefined : (found as HttpFilterFactory);
  }
}

/**
 * What one HTTP filter gets of it. A copy, not an object with the scope as its prototype: reads of an object that is
 * somebody's prototype cost a call each (0.1 µs a request, bench/micro/http/request-path).
 */
class FilterScope extends LiveThreadScope implements HttpFilterContext {
  readonly statPrefix: string;

  constructor(scope: ThreadScope, statPrefix: string) {
    super(scope);
    this.statPrefix = statPrefix;
  }
}
