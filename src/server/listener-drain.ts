import type { DrainRequest } from '../admin/views.js';
import type { ToWorker } from '../api/messages.js';

/** What draining needs of a listener. */
export interface DrainableListener {
  readonly name: string;
  readonly trafficDirection: string;
}

export interface ListenerDrainOwner {
  broadcast(message: ToWorker): void;
  /** Stops accepting on those listeners. */
  stop(listeners: readonly string[]): void;
}

/** `/drain_listeners`: listeners that discourage their clients, or have stopped, on request of the operator. */
export class ListenerDrain {
  private readonly owner: ListenerDrainOwner;
  private readonly drainTimeMs: number;
  private readonly discouraging: Set<string>;
  private readonly stopped: Set<string>;
  private readonly timers: Set<NodeJS.Timeout>;

  constructor(owner: ListenerDrainOwner, drainTimeMs: number) {
    this.owner = owner;
    this.drainTimeMs = drainTimeMs;
    this.discouraging = new Set();
    this.stopped = new Set();
    this.timers = new Set();
  }

  /** Names that a worker which starts now is to be told of. */
  get draining(): readonly string[] {
    return [...this.discouraging];
  }

  /** A listener that drains already goes on with the drain it has. */
  drain(listeners: readonly DrainableListener[], request: DrainRequest): void {
    const names = listeners
      .filter(({ trafficDirection }) => !request.isInboundOnly || trafficDirection === 'INBOUND')
      .map(({ name }) => name);
    if (request.keepsListening) {
      this.discourage(names);
    } else if (!request.isGraceful) {
      this.stop(names);
    } else {
      const fresh = this.discourage(names);
      if (fresh.length > 0) this.stopLater(fresh);
    }
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private discourage(names: readonly string[]): readonly string[] {
    const fresh = names.filter((name) => !this.discouraging.has(name));
    for (const name of fresh) this.discouraging.add(name);
    if (fresh.length > 0) this.owner.broadcast({ kind: 'drain-listeners', listeners: fresh });
    return fresh;
  }

  private stopLater(names: readonly string[]): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.stop(names);
    }, this.drainTimeMs);
    this.timers.add(timer);
  }

  private stop(names: readonly string[]): void {
    const fresh = names.filter((name) => !this.stopped.has(name));
    for (const name of fresh) this.stopped.add(name);
    if (fresh.length > 0) this.owner.stop(fresh);
  }
}
