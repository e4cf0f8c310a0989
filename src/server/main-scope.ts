import type { SecretView } from '../api/secrets.js';
import type { ClusterManager } from '../api/upstream.js';
import type { BufferPool } from '../base/buffer-pool.js';
import { systemClock } from '../base/clock.js';
import { SystemRandom } from '../base/random.js';
import type { TimerWheel } from '../base/timer-wheel.js';
import { threadLogFiles } from '../extensions/access-loggers/log-files.js';
import { extensionRegistry } from '../extensions/index.js';
import { ThreadSharedMemory } from '../plane/shared-memory.js';
import { LiveThreadScope } from '../plane/thread-scope.js';
import type { LiveRuntime } from '../runtime/live-runtime.js';
import type { StatStore } from '../stats/store.js';
import { localAddress } from './local-address.js';
import type { ServerInput } from './server-input.js';

/** Main's own, as its scope needs them. */
export interface MainParts {
  readonly input: ServerInput;
  readonly store: StatStore;
  readonly timers: TimerWheel;
  readonly runtime: LiveRuntime;
  readonly secrets: SecretView;
  readonly ownClusters: ClusterManager;
  readonly buffers: BufferPool;
}

/** What factories get on main, where access loggers of the admin server are the only ones: no traffic of others. */
export function mainScope(server: MainParts, shared: SharedArrayBuffer): LiveThreadScope {
  const { options, model, log } = server.input;
  threadLogFiles.configure({ intervalMs: options.fileFlushMs, minBytes: options.fileFlushBytes });
  return new LiveThreadScope({
    role: 'main',
    threadIndex: 0,
    clock: systemClock,
    random: new SystemRandom(),
    timers: server.timers,
    buffers: server.buffers,
    stats: server.store.lane,
    runtime: server.runtime,
    log,
    node: {
      id: options.serviceNode ?? model.node.id,
      cluster: options.serviceCluster ?? model.node.cluster,
      zone: options.serviceZone ?? model.node.zone,
      metadata: model.node.metadata,
      localAddress: localAddress(options.localAddressVersion),
    },
    clusters: server.ownClusters,
    shared: new ThreadSharedMemory(shared, systemClock, log),
    extensions: extensionRegistry(),
    secrets: server.secrets,
    drain: { isHealthCheckFailed: false, shouldClose: () => false },
  });
}
