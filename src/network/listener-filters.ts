import type { Socket } from 'node:net';
import type { ListenerFilter } from '../api/network-filter.js';
import type { ConnectionInfo } from '../api/stream-info.js';
import type { Member } from '../base/member-list.js';
import { Timer, type TimerWheel } from '../base/timer-wheel.js';
import type { ReadLink, ReadTarget } from './read-link.js';

const noBytes = Buffer.alloc(0);

/** Why no connection came of an inspected socket. */
export type InspectionFailure =
  /** A filter refused it. */
  | 'refused'
  | 'timeout'
  /** The peer ended before the filters knew enough. */
  | 'remote-close'
  | 'error';

/** Who gets the socket afterwards. Exactly one of the two is called. */
export interface InspectionOwner {
  /** `bytes` were read and are nobody's yet. */
  onInspected(run: ListenerFilterRun, bytes: Buffer): void;
  onInspectionFailed(run: ListenerFilterRun, failure: InspectionFailure): void;
  /** The time is up; what follows depends on the listener. */
  onInspectionTimeout(): void;
  /** A filter threw; its socket is refused. */
  onInspectionError(error: unknown): void;
}

/** What all runs of a listener have in common. */
export interface InspectionSettings {
  readonly timers: TimerWheel;
  readonly readBuffer: Buffer;
  /** 0 = none. */
  readonly timeoutMs: number;
  readonly continuesOnTimeout: boolean;
}

/**
 * A socket on its way through the listener filters, before it is a connection. Each filter sees the bytes that its
 * predecessors left, up to its own maximum, and again with more until it has seen enough.
 */
export class ListenerFilterRun implements ReadTarget, Member {
  /** Kept by the list of those that run. */
  place: number;
  readonly socket: Socket;
  readonly info: ConnectionInfo;
  readonly link: ReadLink;
  /** The listener of the address that filters restore gets the socket. */
  readonly mayHandOver: boolean;
  private readonly filters: readonly ListenerFilter[];
  private readonly settings: InspectionSettings;
  private readonly owner: InspectionOwner;
  private readonly timer: Timer | null;
  private next: number;
  private bytes: Buffer;
  private isOver: boolean;
  private readonly onEnd: () => void;
  private readonly onError: () => void;

  constructor(
    socket: Socket,
    info: ConnectionInfo,
    link: ReadLink,
    filters: readonly ListenerFilter[],
    settings: InspectionSettings,
    owner: InspectionOwner,
    mayHandOver = false,
  ) {
    this.place = -1;
    this.mayHandOver = mayHandOver;
    this.socket = socket;
    this.info = info;
    this.link = link;
    this.filters = filters;
    this.settings = settings;
    this.owner = owner;
    this.timer = settings.timeoutMs > 0 ? new Timer(() => this.onTimeout()) : null;
    this.next = 0;
    this.bytes = noBytes;
    this.isOver = false;
    this.onEnd = () => this.fail('remote-close');
    this.onError = () => this.fail('error');
  }

  /** `bytes` have been read already. */
  start(bytes: Buffer = noBytes): void {
    this.bytes = bytes;
    this.link.target = this;
    this.socket.on('end', this.onEnd);
    this.socket.on('error', this.onError);
    if (this.timer !== null) this.settings.timers.schedule(this.timer, this.settings.timeoutMs);
    this.advance();
    if (!this.isOver) this.socket.resume();
  }

  // ReadTarget

  get isReading(): boolean {
    return !this.isOver;
  }

  onRead(length: number): boolean {
    if (this.isOver) return false;
    this.bytes = Buffer.concat([this.bytes, this.settings.readBuffer.subarray(0, length)]);
    this.advance();
    return this.link.target?.isReading ?? false;
  }

  private advance(): void {
    try {
      while (this.next < this.filters.length) if (!this.runNext()) return;
    } catch (error) {
      this.owner.onInspectionError(error);
      this.fail('error');
      return;
    }
    this.succeed();
  }

  /** Answers whether the filter is done and the one behind it may run. */
  private runNext(): boolean {
    const filter = this.filters[this.next] as ListenerFilter;
    const length = Math.min(this.bytes.length, filter.maxReadBytes);
    const verdict = filter.inspect(this.bytes, length);
    if (verdict === 'continue') {
      this.bytes = this.bytes.subarray(filter.consumedBytes);
      this.next++;
      return true;
    }
    if (verdict === 'close' || length === filter.maxReadBytes) this.fail('refused');
    return false;
  }

  private onTimeout(): void {
    this.owner.onInspectionTimeout();
    if (this.settings.continuesOnTimeout) this.succeed();
    else this.fail('timeout');
  }

  private succeed(): void {
    if (this.finish()) this.owner.onInspected(this, this.bytes);
  }

  /** The thread ends. */
  destroy(): void {
    this.fail('refused');
  }

  private fail(failure: InspectionFailure): void {
    if (!this.finish()) return;
    this.socket.on('error', () => {
      // It is being turned away; how the peer takes it does not matter.
    });
    // What nobody has read ends a TCP connection with a reset, also where filters have looked at it already.
    if (this.bytes.length > 0 && this.info.directLocalAddress.isIp) this.socket.resetAndDestroy();
    else this.socket.destroy();
    this.owner.onInspectionFailed(this, failure);
  }

  private finish(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    if (this.timer !== null) this.settings.timers.cancel(this.timer);
    this.socket.off('end', this.onEnd);
    this.socket.off('error', this.onError);
    this.link.target = null;
    return true;
  }
}
