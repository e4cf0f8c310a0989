import type { ConfigNode } from '../../api/config-node.js';
import type { StreamControl } from '../../api/http-filter.js';
import type { StreamInfo } from '../../api/stream-info.js';
import type { Logger } from '../../api/thread-scope.js';
import type { Plain } from '../../base/plain.js';
import type { HeadersView } from './headers-view.js';

/** A request or response on its way through the filter. */
export interface FilterMessage {
  readonly headers: HeadersView;
  /**
   * The whole body, once it has come; the message waits here until then. Beyond the listener's buffer limit a request
   * is answered with 413, a response with 500. Asked for after the handler has ended it rejects.
   */
  bytes(): Promise<Buffer>;
  text(): Promise<string>;
  json(): Promise<unknown>;
  /** Waits for the body, then puts another in its place and sets content-length. */
  replaceBody(body: string | Uint8Array): Promise<void>;
}

export interface FilterRequest extends FilterMessage {
  method: string;
  /** With the query. */
  path: string;
  /** The host asked for. */
  authority: string;
}

export interface FilterResponse extends FilterMessage {
  status: number;
}

export interface FetchOptions {
  /** GET, or POST when there is a body. */
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
  /** The host to ask for; the cluster's name unless given. */
  readonly authority?: string;
  /** Until the last byte of the answer; 5000 unless given. */
  readonly timeoutMs?: number;
  /** Larger answers are refused; 1 MiB unless given. */
  readonly limitBytes?: number;
}

/** A complete answer. */
export interface FetchResponse {
  readonly status: number;
  /** 200–299. */
  readonly ok: boolean;
  readonly headers: HeadersView;
  readonly body: Buffer;
  text(): string;
  json(): unknown;
}

export interface FilterCluster {
  /** One request to the cluster, through its balancer, breakers and pools. Rejects when no complete answer came. */
  fetch(path: string, options?: FetchOptions): Promise<FetchResponse>;
}

/** What a handler can do besides changing its message. One per stream, the same for request and response. */
export interface FilterRun<C extends Plain = Plain, R extends Plain = Plain> {
  readonly config: C;
  /** What the matched route says for this filter, most specific level; null when it says nothing. */
  routeConfig(): R | null;
  readonly info: StreamInfo;
  readonly log: Logger;
  /** Aborted when the stream ends, or the handler runs out of time. */
  readonly signal: AbortSignal;
  /** Values to carry from the request to the response. */
  readonly state: Map<string, unknown>;
  cluster(name: string): FilterCluster;
  /** Answers the request here; whatever the handler does afterwards, the message goes no further. */
  respond(status: number, body?: string, headers?: { readonly [name: string]: string }): void;
  /** Resolves after that time; rejects when the stream ends before. */
  sleep(ms: number): Promise<void>;
  /** Runs `task` after that time unless the stream has ended by then. */
  timer(ms: number, task: () => void): void;
  /** Counter `<stat prefix of the connection manager>.<name of the filter>.<name>`. */
  count(name: string, n?: number): void;
  /** Everything else: the contract that built-in filters are written to. */
  readonly stream: StreamControl;
}

export interface AsyncFilterOptions<C extends Plain = Plain, R extends Plain = Plain> {
  /** What access logs and stats call it. */
  readonly name: string;
  /** Type that its configuration is written with; the name unless given. */
  readonly typeUrl?: string;
  /** Reads the filter's configuration; without it there is none. */
  parse?(node: ConfigNode): C;
  /** Reads what stands under the filter's name in `typed_per_filter_config`. */
  parseRoute?(node: ConfigNode): R;
  /** How long a handler may take; 15 000 unless given, 0 for ever. */
  readonly timeoutMs?: number;
  /** A handler that throws, rejects or takes too long: 500 (`fail`, the default), or the message goes on as it is. */
  readonly onError?: 'fail' | 'continue';
  /** A handler that returns nothing costs no promise: the message goes on at once. */
  request?(request: FilterRequest, run: FilterRun<C, R>): void | Promise<void>;
  response?(response: FilterResponse, run: FilterRun<C, R>): void | Promise<void>;
}
