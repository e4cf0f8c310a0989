import type { Chunk } from '../../api/codec.js';
import {
  DataStatus,
  type Flow,
  HeadersStatus,
  type StreamControl,
  TrailersStatus,
} from '../../api/http-filter.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { Timer } from '../../base/timer-wheel.js';
import type { FilterMessage, FilterRequest, FilterResponse } from './contract.js';
import { HeadersView } from './headers-view.js';

/** What a message asks of the stream's run. */
export interface MessageOwner {
  readonly stream: StreamControl;
  readonly timeoutMs: number;
  readonly continuesOnError: boolean;
  /** The request has been answered by the handler: nothing goes on. */
  readonly isAnswered: boolean;
  onHandlerTimeout(): Error;
}

/** What the body's reader waits with. */
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * One direction of a stream under a handler.
 *
 *   called ──returned──────────────► passed
 *     └──promise──► running ──settled──┘
 *
 * While it runs, data waits in the runner: under the watermark, or, when the handler reads it, all of it.
 */
export abstract class Message<H extends HeaderMap> implements FilterMessage {
  protected readonly head: H;
  private readonly owner: MessageOwner;
  private view: HeadersView | null;
  private phase: 'called' | 'running' | 'passed';
  private isEnded: boolean;
  private readsBody: boolean;
  private seenBytes: number;
  private waiter: Waiter | null;
  private timer: Timer | null;

  constructor(owner: MessageOwner, head: H, isEnded: boolean) {
    this.head = head;
    this.owner = owner;
    this.view = null;
    this.phase = 'called';
    this.isEnded = isEnded;
    this.readsBody = false;
    this.seenBytes = 0;
    this.waiter = null;
    this.timer = null;
  }

  protected abstract flow(): Flow<H>;
  protected abstract refuseBody(stream: StreamControl): void;

  get headers(): HeadersView {
    this.view ??= new HeadersView(this.head);
    return this.view;
  }

  async bytes(): Promise<Buffer> {
    if (this.phase === 'passed') throw new Error('the body has gone on: read it before the handler ends');
    if (!this.isEnded) await this.end();
    return this.flow().buffered() ?? noBytes;
  }

  async text(): Promise<string> {
    return (await this.bytes()).toString('utf8');
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  async replaceBody(body: string | Uint8Array): Promise<void> {
    await this.bytes();
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    this.flow().replaceBuffered(bytes);
    this.head.remove('transfer-encoding');
    this.head.set('content-length', String(bytes.byteLength));
  }

  /** What the handler answered; a promise holds the message until it settles. */
  start(result: void | Promise<void>): HeadersStatus {
    if (result === undefined) {
      this.phase = 'passed';
      return this.owner.isAnswered ? HeadersStatus.Stop : HeadersStatus.Continue;
    }
    this.phase = 'running';
    this.armTimer();
    result.then(
      () => this.settle(),
      (error: unknown) => this.fail(error),
    );
    return HeadersStatus.Stop;
  }

  /** The handler threw before it made a promise. */
  failNow(error: unknown): HeadersStatus {
    this.phase = 'passed';
    if (!this.owner.continuesOnError) throw error;
    this.owner.stream.noteFailure(error);
    return this.owner.isAnswered ? HeadersStatus.Stop : HeadersStatus.Continue;
  }

  onData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.owner.isAnswered) return DataStatus.StopNoBuffer;
    if (this.phase === 'passed') return DataStatus.Continue;
    this.seenBytes += chunk.end - chunk.start;
    if (endStream) this.reachEnd();
    return this.readsBody ? DataStatus.StopBuffer : DataStatus.StopWatermark;
  }

  onTrailers(): TrailersStatus {
    if (this.owner.isAnswered) return TrailersStatus.Stop;
    if (this.phase === 'passed') return TrailersStatus.Continue;
    this.reachEnd();
    return TrailersStatus.Stop;
  }

  get isWaiting(): boolean {
    return this.waiter !== null;
  }

  /** The stream is over: whoever waits for the body waits in vain. */
  abandon(error: Error): void {
    this.phase = 'passed';
    this.waiter?.reject(error);
    this.waiter = null;
  }

  private end(): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => {
      this.waiter = { resolve, reject };
    });
    // Nobody need await it for a stream to end.
    ended.catch(() => undefined);
    this.readsBody = true;
    const { limitBytes } = this.flow();
    if (limitBytes > 0 && this.seenBytes > limitBytes)
      this.owner.stream.guard(() => this.refuseBody(this.owner.stream));
    return ended;
  }

  /** The last bytes are kept once the hook has returned, and that is before the waiting handler goes on. */
  private reachEnd(): void {
    this.isEnded = true;
    this.waiter?.resolve();
    this.waiter = null;
  }

  private armTimer(): void {
    const { stream, timeoutMs } = this.owner;
    if (timeoutMs === 0) return;
    this.timer = stream.timer(() => this.fail(this.owner.onHandlerTimeout()));
    stream.scope.timers.schedule(this.timer, timeoutMs);
  }

  private settle(): void {
    this.owner.stream.guard(() => {
      if (!this.pass() || this.owner.isAnswered) return;
      this.flow().resume();
    });
  }

  private fail(error: unknown): void {
    this.owner.stream.guard(() => {
      if (!this.pass() || this.owner.isAnswered) return;
      if (!this.owner.continuesOnError) throw error;
      this.owner.stream.noteFailure(error);
      this.flow().resume();
    });
  }

  /** False when the handler was not being waited for any more. */
  private pass(): boolean {
    if (this.phase !== 'running') return false;
    this.phase = 'passed';
    if (this.timer !== null) this.owner.stream.scope.timers.cancel(this.timer);
    return true;
  }
}

export class RequestMessage extends Message<RequestHeaders> implements FilterRequest {
  private readonly stream: StreamControl;

  constructor(owner: MessageOwner, head: RequestHeaders, isEnded: boolean) {
    super(owner, head, isEnded);
    this.stream = owner.stream;
  }

  get method(): string {
    return this.head.method;
  }

  set method(method: string) {
    this.head.method = method;
  }

  get path(): string {
    return this.head.path;
  }

  set path(path: string) {
    this.head.path = path;
  }

  get authority(): string {
    return this.head.authority;
  }

  set authority(authority: string) {
    this.head.authority = authority;
  }

  protected override flow(): Flow<RequestHeaders> {
    return this.stream.request;
  }

  protected override refuseBody(stream: StreamControl): void {
    stream.localReply(413, 'Payload Too Large', { details: 'request_payload_too_large' });
  }
}

export class ResponseMessage extends Message<ResponseHeaders> implements FilterResponse {
  private readonly stream: StreamControl;

  constructor(owner: MessageOwner, head: ResponseHeaders, isEnded: boolean) {
    super(owner, head, isEnded);
    this.stream = owner.stream;
  }

  get status(): number {
    return this.head.status;
  }

  set status(status: number) {
    this.head.status = status;
  }

  protected override flow(): Flow<ResponseHeaders> {
    return this.stream.response;
  }

  protected override refuseBody(stream: StreamControl): void {
    stream.localReply(500, 'Internal Server Error', { details: 'response_payload_too_large' });
  }
}

const noBytes = Buffer.alloc(0);
