import type { Socket } from 'node:net';
import type { NetworkFilterMaker } from '../api/network-filter.js';
import type { ConnectionInfo } from '../api/stream-info.js';
import type { TlsInfo } from '../api/tls-info.js';
import type { Member } from '../base/member-list.js';
import { Timer, type TimerWheel } from '../base/timer-wheel.js';
import type { ReadLink } from './read-link.js';
import type { DownstreamTransport, DownstreamTransportOwner, OpeningTransport } from './transport-socket.js';

/** Without a configured limit a peer that never finishes its handshake is held no longer than an idle connection. */
const longestOpeningMs = 3_600_000;

/** Told how the transport of a connection came out: one of the two, once, unless it was destroyed before. */
export interface TransportOpeningEvents {
  onOpened(opening: TransportOpening, socket: Socket): void;
  /** `socket` is still open; whoever is told destroys it. */
  onOpeningFailed(opening: TransportOpening, socket: Socket, isTimeout: boolean): void;
}

/** A downstream connection between the choice of its filter chain and the end of its handshake. */
export class TransportOpening implements DownstreamTransportOwner, Member {
  /** Kept by the list of those that are under way. */
  place: number;
  readonly info: ConnectionInfo;
  readonly link: ReadLink;
  /** What the filters of the chosen chain are made with. */
  readonly makers: readonly NetworkFilterMaker[];
  private readonly timers: TimerWheel;
  private readonly events: TransportOpeningEvents;
  private readonly timer: Timer;
  private readonly socket: Socket;
  private opening: OpeningTransport | null;
  private isOver: boolean;

  constructor(
    socket: Socket,
    info: ConnectionInfo,
    link: ReadLink,
    makers: readonly NetworkFilterMaker[],
    timers: TimerWheel,
    events: TransportOpeningEvents,
  ) {
    this.place = -1;
    this.socket = socket;
    this.info = info;
    this.link = link;
    this.makers = makers;
    this.timers = timers;
    this.events = events;
    this.timer = new Timer(() => this.onTimeout());
    this.opening = null;
    this.isOver = false;
  }

  start(transport: DownstreamTransport, bytes: Buffer, timeoutMs: number): void {
    this.timers.schedule(this.timer, timeoutMs > 0 ? timeoutMs : longestOpeningMs);
    this.opening = transport.open(this.socket, this.link, bytes, this.info, this);
  }

  /** The thread ends: as if the time were up. */
  giveUp(): void {
    this.onTimeout();
  }

  // DownstreamTransportOwner

  onTransportReady(socket: Socket, tls: TlsInfo | null): void {
    if (!this.finish()) return;
    this.info.tls = tls;
    this.events.onOpened(this, socket);
  }

  onTransportFailed(socket: Socket, reason: string): void {
    if (!this.finish()) return;
    this.info.transportFailureReason = reason;
    this.events.onOpeningFailed(this, socket, false);
  }

  private onTimeout(): void {
    if (this.opening === null || !this.finish()) return;
    this.events.onOpeningFailed(this, this.opening.abandon(), true);
  }

  private finish(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.timers.cancel(this.timer);
    return true;
  }
}
