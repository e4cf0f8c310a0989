import type { Chunk, StreamResetReason } from '../../api/codec.js';
import type {
  AttemptChain,
  HttpFilter,
  LocalReplyOptions,
  ResponseSink,
  StreamControl,
} from '../../api/http-filter.js';
import type { RouteMatch } from '../../api/route.js';
import type { StreamInfo } from '../../api/stream-info.js';
import type { ThreadScope } from '../../api/thread-scope.js';
import type { BufferPool } from '../../base/buffer-pool.js';
import type { HeaderMap, ResponseHeaders } from '../../base/header-map.js';
import type { StreamOwner } from '../../stream/direction.js';
import { addFilters, type ChainedStream } from '../../stream/filter-chain.js';
import type { FilterControl } from '../../stream/filter-control.js';
import { type OverLimit, requestTooLarge, responseTooLarge } from '../../stream/over-limit.js';
import { RequestDirection } from '../../stream/request-direction.js';
import { ResponseDirection } from '../../stream/response-direction.js';
import type { Attempt, AttemptOwner } from './attempt.js';

/** The request that an attempt is made for, as the attempt's filters see it. */
export type FilteredRequest = Pick<
  StreamControl,
  'info' | 'route' | 'refreshRoute' | 'localReply' | 'reset' | 'guard' | 'fail' | 'noteFailure'
>;

const noControls: readonly FilterControl[] = [];

/** The filters of one attempt. What they say of the request, or answer to it, they say of the client's. */
export class AttemptFilters implements ChainedStream, StreamOwner {
  readonly scope: ThreadScope;
  readonly bufferLimitBytes: number;
  readonly info: StreamInfo;
  readonly buffers: BufferPool;
  readonly request: RequestDirection;
  readonly response: ResponseDirection;
  controls: readonly FilterControl[];
  private readonly attempt: Attempt & HttpFilter;
  private readonly owner: AttemptOwner;
  private readonly client: FilteredRequest;
  private readonly passed: ResponseSink;

  constructor(
    scope: ThreadScope,
    attempt: Attempt & HttpFilter,
    owner: AttemptOwner,
    client: FilteredRequest,
    passed: ResponseSink,
  ) {
    this.scope = scope;
    this.bufferLimitBytes = owner.bufferLimitBytes;
    this.info = client.info;
    this.buffers = owner.buffers;
    this.request = new RequestDirection(this);
    this.response = new ResponseDirection(this);
    this.controls = noControls;
    this.attempt = attempt;
    this.owner = owner;
    this.client = client;
    this.passed = passed;
  }

  make(chain: AttemptChain): void {
    addFilters(this, chain.filters, this.client.route());
    this.request.addPlace(this.attempt, this.bufferLimitBytes);
  }

  get isOver(): boolean {
    return this.attempt.isDone;
  }

  /** The attempt is over, whatever way. */
  end(): void {
    for (const control of this.controls) control.complete();
    for (const control of this.controls) control.destroy();
    this.request.clear();
    this.response.clear();
  }

  // StreamOwner

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.passed.encodeHeaders(headers, endStream);
  }

  encodeData(chunk: Chunk, endStream: boolean): void {
    this.passed.encodeData(chunk, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.passed.encodeTrailers(trailers);
  }

  onRequestOverLimit(): void {
    this.refuse(requestTooLarge);
  }

  onResponseOverLimit(): void {
    this.refuse(responseTooLarge);
  }

  pauseRequest(): void {
    this.owner.onAttemptClogged(true);
  }

  resumeRequest(): void {
    this.owner.onAttemptClogged(false);
  }

  pauseResponse(): void {
    this.attempt.pauseReading();
  }

  resumeResponse(): void {
    this.attempt.resumeReading();
  }

  onFilterError(error: unknown): void {
    this.stop();
    this.client.fail(error);
  }

  // ChainedStream

  guard(body: () => void): void {
    this.client.guard(body);
  }

  routeNow(): RouteMatch | null {
    return this.client.route();
  }

  forgetRoute(): void {
    this.client.refreshRoute();
  }

  localReply(status: number, body: string, options: LocalReplyOptions): void {
    this.stop();
    this.client.localReply(status, body, options);
  }

  /** Only a request can begin anew. */
  recreate(): boolean {
    return false;
  }

  resetDownstream(reason: StreamResetReason): void {
    this.client.reset(reason);
  }

  noteFilterError(error: unknown): void {
    this.client.noteFailure(error);
  }

  // What the upstream answers.

  encode1xx(headers: ResponseHeaders): void {
    for (let i = this.controls.length - 1; i >= 0; i--) {
      try {
        this.controls[i]?.filter.onResponse1xx?.(headers);
      } catch (error) {
        this.onFilterError(error);
        return;
      }
    }
    this.passed.encode1xx(headers);
  }

  respondHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.response.sendHeaders(headers, endStream);
  }

  respondData(chunk: Chunk, endStream: boolean): void {
    this.response.sendData(chunk, endStream);
  }

  respondTrailers(trailers: HeaderMap): void {
    this.response.sendTrailers(trailers);
  }

  private refuse({ status, body, options }: OverLimit): void {
    this.localReply(status, body, options);
  }

  private stop(): void {
    this.request.stop();
    this.response.stop();
  }
}
