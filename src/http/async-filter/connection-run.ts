import type { ConnectionControl } from '../../api/network-filter.js';
import type { Counter } from '../../api/stats.js';
import type { StreamInfo } from '../../api/stream-info.js';
import type { Logger } from '../../api/thread-scope.js';
import type { Plain } from '../../base/plain.js';
import { isPlainObject } from '../../base/plain-path.js';
import type { AsyncClient } from '../../upstream/async-client.js';
import type { AsyncNetworkFilterOptions, ConnectionRun } from './connection-contract.js';
import type { FilterCluster } from './contract.js';
import { Fetches } from './fetch.js';

/** What runs of one filter share in a thread. */
export interface RunShared<C extends Plain> {
  readonly options: AsyncNetworkFilterOptions<C>;
  readonly config: C;
  readonly client: AsyncClient;
  counter(name: string): Counter;
}

/** What handlers are given. Only what they ask for is made. */
export class LiveConnectionRun<C extends Plain> implements ConnectionRun<C> {
  private readonly shared: RunShared<C>;
  readonly connection: ConnectionControl;
  hasEnded: boolean;
  /** Nothing can be done with the connection any more. */
  isOver: boolean;
  private abort: AbortController | null;
  private values: Map<string, unknown> | null;
  private fetches: Fetches | null;

  constructor(shared: RunShared<C>, connection: ConnectionControl) {
    this.shared = shared;
    this.connection = connection;
    this.hasEnded = false;
    this.isOver = false;
    this.abort = null;
    this.values = null;
    this.fetches = null;
  }

  get config(): C {
    return this.shared.config;
  }

  get info(): StreamInfo {
    return this.connection.record;
  }

  get log(): Logger {
    return this.connection.scope.log;
  }

  get signal(): AbortSignal {
    if (this.abort === null) {
      this.abort = new AbortController();
      if (this.isOver) this.abort.abort(connectionEnded());
    }
    return this.abort.signal;
  }

  get state(): Map<string, unknown> {
    this.values ??= new Map();
    return this.values;
  }

  cluster(name: string): FilterCluster {
    return {
      fetch: (path, options = {}) => {
        if (this.isOver) return Promise.reject(connectionEnded());
        this.fetches ??= new Fetches(this.shared.client);
        return this.fetches.fetch(name, path, options);
      },
    };
  }

  send(data: string | Uint8Array): void {
    if (this.isOver) return;
    const bytes = Buffer.from(data);
    this.connection.guard(() => this.connection.writeBytes(bytes, 0, bytes.length));
  }

  close(reason = ''): void {
    if (this.isOver) return;
    this.isOver = true;
    this.connection.guard(() => this.connection.close('flush-and-delay', reason));
  }

  setMetadata(key: string, value: Plain): void {
    const { record } = this.connection;
    const { name } = this.shared.options;
    record.dynamicMetadata ??= new Map();
    const before = record.dynamicMetadata.get(name);
    record.dynamicMetadata.set(name, { ...(isPlainObject(before) ? before : {}), [key]: value });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = this;
      const stop = (): void => reject(signal.reason as Error);
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener('abort', stop, { once: true });
      this.timer(ms, () => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
    });
  }

  timer(ms: number, task: () => void): void {
    if (this.isOver) return;
    this.connection.scope.timers.schedule(this.connection.timer(task), ms);
  }

  count(name: string, n = 1): void {
    this.shared.counter(name).add(n);
  }

  /** The handler at work is out of time; later ones have a signal of their own. */
  interrupt(error: Error): void {
    const { abort } = this;
    this.abort = null;
    this.fetches?.cancelAll(error);
    abort?.abort(error);
  }

  end(): void {
    this.isOver = true;
    this.fetches?.cancelAll(connectionEnded());
    this.abort?.abort(connectionEnded());
  }
}

function connectionEnded(): Error {
  const error = new Error('the connection has ended');
  error.name = 'AbortError';
  return error;
}
