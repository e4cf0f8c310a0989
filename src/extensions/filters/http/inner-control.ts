import type { StreamResetReason } from '../../../api/codec.js';
import type { Flow, LocalReplyOptions, ResponseSink, StreamControl } from '../../../api/http-filter.js';
import type { RouteMatch } from '../../../api/route.js';
import type { StreamInfo } from '../../../api/stream-info.js';
import type { ThreadScope } from '../../../api/thread-scope.js';
import type { RequestHeaders, ResponseHeaders } from '../../../base/header-map.js';
import type { Plain } from '../../../base/plain.js';
import type { Timer } from '../../../base/timer-wheel.js';

const noConfigs: readonly Plain[] = [];

/** The stream as a filter within another sees it: what routes say is for the outer one. */
export class InnerControl implements StreamControl {
  private readonly outer: StreamControl;

  constructor(outer: StreamControl) {
    this.outer = outer;
  }

  get info(): StreamInfo {
    return this.outer.info;
  }

  get request(): Flow<RequestHeaders> {
    return this.outer.request;
  }

  get response(): Flow<ResponseHeaders> {
    return this.outer.response;
  }

  get respond(): ResponseSink {
    return this.outer.respond;
  }

  get scope(): ThreadScope {
    return this.outer.scope;
  }

  route(): RouteMatch | null {
    return this.outer.route();
  }

  routeConfig(): Plain {
    return null;
  }

  routeConfigs(): readonly Plain[] {
    return noConfigs;
  }

  localReply(status: number, body: string, options: LocalReplyOptions): void {
    this.outer.localReply(status, body, options);
  }

  reset(reason: StreamResetReason): void {
    this.outer.reset(reason);
  }

  get name(): string {
    return this.outer.name;
  }

  refreshRoute(): void {
    this.outer.refreshRoute();
  }

  recreate(response: ResponseHeaders, body: Buffer | null): boolean {
    return this.outer.recreate(response, body);
  }

  timer(fire: () => void): Timer {
    return this.outer.timer(fire);
  }

  post(task: () => void): void {
    this.outer.post(task);
  }

  guard(task: () => void): void {
    this.outer.guard(task);
  }

  fail(error: unknown): void {
    this.outer.fail(error);
  }

  noteFailure(error: unknown): void {
    this.outer.noteFailure(error);
  }
}
