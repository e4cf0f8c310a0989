import type { Chunk } from '../../api/codec.js';
import type { DataStatus, HeadersStatus, HttpFilter, StreamControl, TrailersStatus } from '../../api/http-filter.js';
import type { Counter } from '../../api/stats.js';
import type { StreamInfo } from '../../api/stream-info.js';
import type { Logger } from '../../api/thread-scope.js';
import type { RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { Plain } from '../../base/plain.js';
import type { AsyncClient } from '../../upstream/async-client.js';
import type { AsyncFilterOptions, FilterCluster, FilterRun } from './contract.js';
import { Fetches } from './fetch.js';
import { checkedName, checkedValue } from './headers-view.js';
import { type MessageOwner, RequestMessage, ResponseMessage } from './message.js';

/** What all streams of one filter share in a thread. */
export interface RunShared<C extends Plain, R extends Plain> {
  readonly options: AsyncFilterOptions<C, R>;
  readonly config: C;
  readonly client: AsyncClient;
  readonly timeoutMs: number;
  counter(name: string): Counter;
}

/** One stream of a user's filter: what its handlers are given. Only what they ask for is made. */
export class Run<C extends Plain, R extends Plain> implements FilterRun<C, R>, MessageOwner, HttpFilter {
  protected readonly shared: RunShared<C, R>;
  readonly stream: StreamControl;
  protected requestMessage: RequestMessage | null;
  protected responseMessage: ResponseMessage | null;
  private abort: AbortController | null;
  private values: Map<string, unknown> | null;
  private fetches: Fetches | null;
  private isOver: boolean;
  isAnswered: boolean;

  constructor(shared: RunShared<C, R>, stream: StreamControl) {
    this.shared = shared;
    this.stream = stream;
    this.requestMessage = null;
    this.responseMessage = null;
    this.abort = null;
    this.values = null;
    this.fetches = null;
    this.isOver = false;
    this.isAnswered = false;
  }

  get config(): C {
    return this.shared.config;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  get log(): Logger {
    return this.stream.scope.log;
  }

  get signal(): AbortSignal {
    if (this.abort === null) {
      this.abort = new AbortController();
      if (this.isOver) this.abort.abort(streamEnded());
    }
    return this.abort.signal;
  }

  get state(): Map<string, unknown> {
    this.values ??= new Map();
    return this.values;
  }

  get timeoutMs(): number {
    return this.shared.timeoutMs;
  }

  get continuesOnError(): boolean {
    return this.shared.options.onError === 'continue';
  }

  routeConfig(): R | null {
    return this.stream.routeConfig() as R | null;
  }

  cluster(name: string): FilterCluster {
    return {
      fetch: (path, options = {}) => {
        if (this.isOver) return Promise.reject(streamEnded());
        this.fetches ??= new Fetches(this.shared.client);
        return this.fetches.fetch(name, path, options);
      },
    };
  }

  respond(status: number, body = '', headers: { readonly [name: string]: string } = {}): void {
    if (this.isOver || this.isAnswered) return;
    const fields = Object.entries(headers).map(([name, value]) => [checkedName(name), checkedValue(name, value)] as const);
    this.isAnswered = true;
    this.stream.guard(() => this.stream.localReply(status, body, { details: this.shared.options.name, headers: fields }));
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
    if (!this.isOver) this.stream.scope.timers.schedule(this.stream.timer(task), ms);
  }

  count(name: string, n = 1): void {
    this.shared.counter(name).add(n);
  }

  onHandlerTimeout(): Error {
    const error = new Error(`${this.shared.options.name}: the handler took longer than ${this.timeoutMs} ms`);
    this.abort?.abort(error);
    this.fetches?.cancelAll(error);
    return error;
  }

  onDestroy(): void {
    this.isOver = true;
    if (this.requestMessage === null && this.responseMessage === null) return;
    if (this.abort === null && this.fetches === null && !this.isWaiting()) return;
    const error = streamEnded();
    this.requestMessage?.abandon(error);
    this.responseMessage?.abandon(error);
    this.fetches?.cancelAll(error);
    this.abort?.abort(error);
  }

  private isWaiting(): boolean {
    return this.requestMessage?.isWaiting === true || this.responseMessage?.isWaiting === true;
  }
}

function streamEnded(): Error {
  const error = new Error('the stream has ended');
  error.name = 'AbortError';
  return error;
}

function onRequestHeaders<C extends Plain, R extends Plain>(
  this: Run<C, R>,
  headers: RequestHeaders,
  endStream: boolean,
): HeadersStatus {
  return this.startRequest(headers, endStream);
}
