import type { Flow, HttpFilter, LocalReplyOptions, ResponseSink, StreamControl } from '../api/http-filter.js';
import type { Chunk, StreamResetReason } from '../api/codec.js';
import type { RouteMatch } from '../api/route.js';
import type { StreamInfo } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { Plain } from '../base/plain.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import { Timer } from '../base/timer-wheel.js';
import type { FilterPlace } from '../stream/direction.js';
import type { HttpStream } from './stream.js';

/** One filter's handle on its stream. It owns the filter's timers, and they die with it. */
export class FilterControl implements StreamControl, ResponseSink {
  private readonly stream: HttpStream;
  private readonly name: string;
  private timers: Timer[] | null;
  private place: FilterPlace<RequestHeaders> | null;
  private responsePlace: FilterPlace<ResponseHeaders> | null;
  filter: HttpFilter;

  constructor(stream: HttpStream, name: string) {
    this.stream = stream;
    this.name = name;
    this.timers = null;
    this.place = null;
    this.responsePlace = null;
    this.filter = noFilter;
  }

  attach(filter: HttpFilter, place: FilterPlace<RequestHeaders>): void {
    this.filter = filter;
    this.place = place;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  get scope(): ThreadScope {
    return this.stream.manager.scope;
  }

  get request(): Flow<RequestHeaders> {
    return this.place as FilterPlace<RequestHeaders>;
  }

  get response(): Flow<ResponseHeaders> {
    this.responsePlace ??= this.stream.response.addPlace(this.filter, this.stream.manager.bufferLimitBytes);
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
    return route.filterConfigs(this.name).map((entry) => entry.config);
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

  recreate(): boolean {
    return false;
  }

  timer(fire: () => void): Timer {
    const timer = new Timer(() => this.stream.connection.guard(fire));
    this.timers ??= [];
    this.timers.push(timer);
    return timer;
  }

  post(task: () => void): void {
    setImmediate(() => {
      if (!this.stream.isOver) this.stream.connection.guard(task);
    });
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

  /** The stream has ended. */
  finish(): void {
    this.filter.onComplete?.();
    if (this.timers !== null) for (const timer of this.timers) this.scope.timers.cancel(timer);
    this.filter.onDestroy?.();
  }
}

const noFilter: HttpFilter = {};
const noConfigs: readonly Plain[] = [];
