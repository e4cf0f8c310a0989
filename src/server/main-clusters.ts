import type { HostUpdate } from '../api/messages-upstream.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { Cluster, ClusterManager } from '../api/upstream.js';
import type { BufferPool } from '../base/buffer-pool.js';
import { systemClock } from '../base/clock.js';
import type { Random } from '../base/random.js';
import type { TimerWheel } from '../base/timer-wheel.js';
import { Turn } from '../base/turn.js';
import { noInternalListeners } from '../network/internal-listeners.js';
import { ThreadPlane } from '../plane/thread-plane.js';
import type { ClusterRegistry } from '../upstream/membership/registry.js';
import type { ServerInput } from './server-input.js';

const mainThread = 0;
const readBufferBytes = 64 * 1024;

/** What main's clusters are made of. */
export interface MainClusterParts {
  readonly input: ServerInput;
  readonly timers: TimerWheel;
  readonly random: Random;
  readonly buffers: BufferPool;
  /** Asked once there is one. */
  registry(): ClusterRegistry;
}

/**
 * Clusters that main itself sends requests to: those that it asks for configuration. They are the clusters of a plane
 * like a worker's, with main's own lane of stats and words; nothing is built before something is sent.
 */
export class MainClusters implements ClusterManager {
  private readonly plane: ThreadPlane;
  private readonly asked: ReadonlySet<string>;

  constructor({ input, timers, random, buffers, registry }: MainClusterParts) {
    const { model, options, snapshot, log } = input;
    this.asked = new Set(model.clusters.flatMap(({ eds }) => (eds?.rest ? [eds.rest.cluster] : [])));
    let connections = 0;
    const resources = {
      connections: {
        turn: new Turn(systemClock),
        buffers,
        readBuffer: Buffer.allocUnsafeSlow(this.asked.size > 0 ? readBufferBytes : 0),
        direct: null,
        bulk: null,
        onCallbackError: (error: unknown) =>
          log.error(`a callback of a connection has failed: ${String(error)}`),
      },
      timers,
      clock: systemClock,
      random,
      internal: noInternalListeners,
      nextConnectionId: () => ++connections,
    };
    this.plane = new ThreadPlane(snapshot, options.concurrency + 1, mainThread, resources, {
      onOutlier: (cluster, slot, kind) => registry().onOutlierReport({ cluster, slot, kind }),
      onHealthFailure: (cluster, slot) => registry().onImmediateHealthFailure({ cluster, slot }),
      onHostWanted: (want) => registry().onHostWanted(want),
      onHostsApplied: () => undefined,
      onNameWanted: () => undefined,
    });
  }

  /** The scope refers to the clusters and the clusters to the scope; this closes the ring. */
  attach(scope: ThreadScope): void {
    this.plane.attach(scope);
  }

  get(name: string): Cluster | null {
    return this.plane.get(name);
  }

  onHosts(update: HostUpdate): void {
    if (this.asked.has(update.cluster)) this.plane.onHosts(update);
  }

  onTick(): void {
    this.plane.onTick();
  }

  close(): void {
    this.plane.drain();
  }
}
