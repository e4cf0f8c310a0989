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
  private readonly isImmediate: boolean;
  private readonly now: () => number;
  /** Since when each of them discourages its clients. */
  private readonly discouraging: Map<string, number>;
  private readonly stopped: Set<string>;
  private readonly timers: Set<NodeJS.Timeout>;

  /** `isImmediate`: clients are told to go with their next response, not one by one over the drain time. */
  constructor(owner: ListenerDrainOwner, drainTimeMs: number, isImmediate: boolean, now: () => number) {
    this.owner = owner;
    this.drainTimeMs = drainTimeMs;
    this.isImmediate = isImmediate;
    this.now = now;
    this.discouraging = new Map();
    this.stopped = new Set();
    this.timers = new Set();
  }

  /** What a worker which starts now is to be told of. */
  get draining(): readonly ToWorker[] {
    return [...this.discouraging].map(([name, sinceMs]) => this.message([name], this.now() - sinceMs));
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
    for (const name of fresh) this.discouraging.set(name, this.now());
    if (fresh.length > 0) this.owner.broadcast(this.message(fresh, 0));
    return fresh;
  }

  private message(listeners: readonly string[], elapsedMs: number): ToWorker {
    const drainMs = this.isImmediate ? 0 : this.drainTimeMs;
    return { kind: 'drain-listeners', listeners, drainMs, elapsedMs };
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
