import type { Chunk } from '../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type StreamControl,
  TrailersStatus,
} from '../../api/http-filter.js';
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
abstract class Run<C extends Plain, R extends Plain> implements FilterRun<C, R>, MessageOwner, HttpFilter {
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
    const fields = Object.entries(headers).map(
      ([name, value]) => [checkedName(name), checkedValue(name, value)] as const,
    );
    this.isAnswered = true;
    this.stream.guard(() =>
      this.stream.localReply(status, body, { details: this.shared.options.name, headers: fields }),
    );
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

  protected startRequest(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    const message = new RequestMessage(this, headers, endStream);
    this.requestMessage = message;
    let result: void | Promise<void>;
    try {
      result = this.shared.options.request?.(message, this);
    } catch (error) {
      return message.failNow(error);
    }
    return message.start(result);
  }

  protected startResponse(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    // What the handler answered itself is not shown to it again.
    if (this.isAnswered) return HeadersStatus.Continue;
    const message = new ResponseMessage(this, headers, endStream);
    this.responseMessage = message;
    let result: void | Promise<void>;
    try {
      result = this.shared.options.response?.(message, this);
    } catch (error) {
      return message.failNow(error);
    }
    return message.start(result);
  }

  protected passRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.requestMessage === null ? DataStatus.Continue : this.requestMessage.onData(chunk, endStream);
  }

  protected passResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.responseMessage === null
      ? DataStatus.Continue
      : this.responseMessage.onData(chunk, endStream);
  }

  protected passRequestTrailers(): TrailersStatus {
    return this.requestMessage === null ? TrailersStatus.Continue : this.requestMessage.onTrailers();
  }

  protected passResponseTrailers(): TrailersStatus {
    return this.responseMessage === null ? TrailersStatus.Continue : this.responseMessage.onTrailers();
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

/** The runner calls the hooks that exist, so each combination of handlers is a class of its own. */
export class RequestRun<C extends Plain, R extends Plain> extends Run<C, R> {
  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    return this.startRequest(headers, endStream);
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.passRequestData(chunk, endStream);
  }

  onRequestTrailers(): TrailersStatus {
    return this.passRequestTrailers();
  }
}

export class ResponseRun<C extends Plain, R extends Plain> extends Run<C, R> {
  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    return this.startResponse(headers, endStream);
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.passResponseData(chunk, endStream);
  }

  onResponseTrailers(): TrailersStatus {
    return this.passResponseTrailers();
  }
}

export class FullRun<C extends Plain, R extends Plain> extends RequestRun<C, R> {
  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    return this.startResponse(headers, endStream);
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.passResponseData(chunk, endStream);
  }

  onResponseTrailers(): TrailersStatus {
    return this.passResponseTrailers();
  }
}
