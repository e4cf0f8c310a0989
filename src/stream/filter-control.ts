import type { Chunk, StreamResetReason } from '../api/codec.js';
import type { RouteFilterConfig } from '../api/config-node.js';
import type {
  Flow,
  HttpFilter,
  LocalReplyOptions,
  LocalReplyView,
  ResponseSink,
  StreamControl,
} from '../api/http-filter.js';
import type { RouteMatch } from '../api/route.js';
import type { StreamInfo } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import { Timer } from '../base/timer-wheel.js';
import type { FilterPlace } from './filter-place.js';
import type { RequestDirection } from './request-direction.js';
import type { ResponseDirection } from './response-direction.js';

/** A stream as its filters' handles see it. */
export interface FilteredStream {
  readonly scope: ThreadScope;
  /** What a filter may keep of either direction; 0 = no limit. */
  readonly bufferLimitBytes: number;
  readonly info: StreamInfo;
  readonly request: RequestDirection;
  readonly response: ResponseDirection;
  readonly isOver: boolean;
  /** Runs a callback from elsewhere as a turn of the stream's connection, which contains what it throws. */
  guard(body: () => void): void;
  routeNow(): RouteMatch | null;
  forgetRoute(): void;
  localReply(status: number, body: string, options: LocalReplyOptions): void;
  recreate(response: ResponseHeaders, body: Buffer | null): boolean;
  resetDownstream(reason: StreamResetReason): void;
  encode1xx(headers: ResponseHeaders): void;
  respondHeaders(headers: ResponseHeaders, endStream: boolean): void;
  respondData(chunk: Chunk, endStream: boolean): void;
  respondTrailers(trailers: HeaderMap): void;
  onFilterError(error: unknown): void;
  noteFilterError(error: unknown): void;
}

/** One filter's handle on its stream. It owns the filter's timers, and they die with it. */
export class FilterControl implements StreamControl, ResponseSink {
  private readonly stream: FilteredStream;
  readonly name: string;
  private timers: Timer[] | null;
  private place: FilterPlace<RequestHeaders> | null;
  private responsePlace: FilterPlace<ResponseHeaders> | null;
  filter: HttpFilter;
  /** Of a filter without response hooks: the place that responses come to next behind it. */
  responseIndex: number;

  constructor(stream: FilteredStream, name: string) {
    this.stream = stream;
    this.name = name;
    this.timers = null;
    this.place = null;
    this.responsePlace = null;
    this.filter = noFilter;
    this.responseIndex = 0;
  }

  attach(filter: HttpFilter, place: FilterPlace<RequestHeaders>): void {
    this.filter = filter;
    this.place = place;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  get scope(): ThreadScope {
    return this.stream.scope;
  }

  get request(): Flow<RequestHeaders> {
    return this.place as FilterPlace<RequestHeaders>;
  }

  get response(): Flow<ResponseHeaders> {
    this.responsePlace ??= this.stream.response.viewBefore(
      this.responseIndex,
      this.filter,
      this.stream.bufferLimitBytes,
    );
    return this.responsePlace;
  }

  set response(place: FilterPlace<ResponseHeaders>) {
    this.responsePlace = place;
  }

  get respond(): ResponseSink {
    return this;
  }

  route(): RouteMatch | null {
    return this.stream.routeNow();
  }

  routeConfig(): Plain {
    const configs = this.routeConfigs();
    return configs.length === 0 ? null : (configs[configs.length - 1] as Plain);
  }

  routeConfigs(): readonly Plain[] {
    const route = this.stream.routeNow();
    if (route === null) return noConfigs;
    const entries = route.filterConfigs(this.name);
    return entries.length === 0 ? noConfigs : plainConfigs(entries);
  }

  localReply(status: number, body: string, options: LocalReplyOptions): void {
    this.stream.localReply(status, body, options);
  }

  reset(reason: StreamResetReason): void {
    this.stream.resetDownstream(reason);
  }

  refreshRoute(): void {
    this.stream.forgetRoute();
  }

  recreate(response: ResponseHeaders, body: Buffer | null): boolean {
    return this.stream.recreate(response, body);
  }

  timer(fire: () => void): Timer {
    const timer = new Timer(() => this.guard(fire));
    this.timers ??= [];
    this.timers.push(timer);
    return timer;
  }

  post(task: () => void): void {
    setImmediate(() => this.guard(task));
  }

  guard(task: () => void): void {
    if (this.stream.isOver) return;
    this.stream.guard(() => {
      try {
        task();
      } catch (error) {
        this.stream.onFilterError(error);
      }
    });
  }

  fail(error: unknown): void {
    this.guard(() => {
      throw error;
    });
  }

  noteFailure(error: unknown): void {
    this.stream.noteFilterError(error);
  }

  encode1xx(headers: ResponseHeaders): void {
    this.stream.encode1xx(headers);
  }

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.stream.respondHeaders(headers, endStream);
  }

  encodeData(chunk: Chunk, endStream: boolean): void {
    this.stream.respondData(chunk, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.stream.respondTrailers(trailers);
  }

  /** The proxy answers; a filter that throws is logged, for the answer is on its way already. */
  announce(reply: LocalReplyView): void {
    if (this.filter.onLocalReply === undefined) return;
    try {
      this.filter.onLocalReply(reply);
    } catch (error) {
      this.stream.noteFilterError(error);
    }
  }

  /** The stream has ended; access logs come next. */
  complete(): void {
    if (this.filter.onComplete === undefined) return;
    try {
      this.filter.onComplete();
    } catch (error) {
      this.stream.noteFilterError(error);
    }
  }

  destroy(): void {
    if (this.timers !== null) for (const timer of this.timers) this.scope.timers.cancel(timer);
    if (this.filter.onDestroy === undefined) return;
    try {
      this.filter.onDestroy();
    } catch (error) {
      this.stream.noteFilterError(error);
    }
  }
}

/** What `parseRoute` returned, by the list that the route answers; levels that only say `disabled` are left out. */
const configsOfEntries = new WeakMap<readonly RouteFilterConfig[], readonly Plain[]>();

function plainConfigs(entries: readonly RouteFilterConfig[]): readonly Plain[] {
  let configs = configsOfEntries.get(entries);
  if (configs === undefined) {
    configs = entries.filter((entry) => entry.typeUrl !== '').map((entry) => entry.config);
    configsOfEntries.set(entries, configs);
  }
  return configs;
}

const noFilter: HttpFilter = {};
const noConfigs: readonly Plain[] = [];
