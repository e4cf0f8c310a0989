import type { ConnectionFacts } from '../../api/autopsy.js';
import type { RequestEncoder, ResponseDecoder } from '../../api/codec.js';
import type { Address, UpstreamConnectionTimes } from '../../api/stream-info.js';
import type { TlsInfo } from '../../api/tls-info.js';
import { type Host, HostWord, type PoolFailure, type UpstreamConnectionInfo } from '../../api/upstream.js';
import { withJitter } from '../../base/jitter.js';
import type { Member } from '../../base/member-list.js';
import { Timer } from '../../base/timer-wheel.js';
import { unknownAddress } from '../../network/address.js';
import type { Connection, ConnectionEvents } from '../../network/connection.js';
import { C } from '../cluster-stats.js';
import type { PoolProtocol } from '../http-protocol.js';
import type { ClientSession, SessionOwner } from './client-session.js';
import { ConnectionTally } from './connection-tally.js';
import { dial, localAddressOf } from './dial.js';
import { Http1ClientSession } from './http1-client-session.js';
import { Http2ClientSession } from './http2-client-session.js';
import type { PooledHost } from './pooled-host.js';

/** The pool as its connections see it. */
export interface PooledConnectionOwner extends PooledHost {
  readonly protocol: PoolProtocol;
  /** The connection stands, or can take another request. */
  onRoom(connection: PooledConnection, wasConnecting: boolean): void;
  /** The connection is gone; `failure` when it never stood. */
  onClosed(connection: PooledConnection, wasConnecting: boolean, failure: PoolFailure | null): void;
}

/**
 * One pooled connection: its clocks, its counts, and a session of its protocol once it stands.
 *
 *   connecting ──connected──► open ──worn out, old, told to, pool drains──► draining ──last stream──► closed
 */
export class PooledConnection implements ConnectionEvents, SessionOwner, UpstreamConnectionInfo, Member {
  /** Kept by the pool's list of those that are open. */
  place: number;
  readonly id: number;
  readonly host: Host;
  readonly pool: PooledConnectionOwner;
  readonly connection: Connection;
  localAddress: Address;
  tls: TlsInfo | null;
  isDraining: boolean;
  /** Kept by the pool: whether its list of connections with room has this one. */
  isListed: boolean;
  private session: ClientSession | null;
  private readonly tally: ConnectionTally;
  private readonly timer: Timer;
  private durationTimer: Timer | null;
  private requests: number;
  private closedHere: boolean;
  private hasTimedOut: boolean;
  private hadRequestAtClose: boolean;
  private idleSinceMs: number;
  /** As it was when a request failed with it; null while it stands. */
  private lastFacts: ConnectionFacts | null;
  /** The system's word for its end. */
  private errno: string;

  constructor(pool: PooledConnectionOwner) {
    const { cluster, host, resources } = pool;
    this.place = -1;
    this.id = resources.nextConnectionId();
    this.host = host;
    this.pool = pool;
    this.localAddress = unknownAddress;
    this.tls = null;
    this.isDraining = false;
    this.isListed = false;
    this.session = null;
    this.tally = new ConnectionTally(pool);
    this.timer = new Timer(() => this.onTimer());
    this.durationTimer = null;
    this.requests = 0;
    this.closedHere = false;
    this.hasTimedOut = false;
    this.hadRequestAtClose = false;
    this.idleSinceMs = 0;
    this.lastFacts = null;
    this.errno = '';
    if (pool.protocol !== 'negotiated') this.countProtocol(pool.protocol === 'http2');
    this.connection = dial(host, cluster.info, resources, this, pool, (tls) => this.onConnect(tls));
    this.tally.watch(this.connection);
    resources.timers.schedule(this.timer, cluster.info.connectTimeoutMs);
  }

  /** Streams that it takes besides those it has; none before it stands. */
  get room(): number {
    const { session } = this;
    if (this.isDraining || session === null) return 0;
    const { maxRequestsPerConnection } = this.pool.cluster.config;
    const { room } = session;
    return maxRequestsPerConnection === 0 ? room : Math.min(room, maxRequestsPerConnection - this.requests);
  }

  /** Begins one request; there is room, and the breaker's place for it has been taken. */
  start(decoder: ResponseDecoder): RequestEncoder {
    const { maxRequestsPerConnection } = this.pool.cluster.config;
    this.requests++;
    this.tally.onRequest();
    const encoder = (this.session as ClientSession).start(decoder);
    if (maxRequestsPerConnection > 0 && this.requests >= maxRequestsPerConnection) {
      this.pool.cluster.stats.inc(C.upstream_cx_max_requests);
      this.isDraining = true;
    }
    return encoder;
  }

  get protocol(): string {
    return this.session?.protocol ?? '';
  }

  get times(): UpstreamConnectionTimes {
    return this.tally;
  }

  facts(): ConnectionFacts {
    return this.lastFacts ?? this.factsNow('nobody');
  }

  private factsNow(closedBy: ConnectionFacts['closedBy']): ConnectionFacts {
    const { id, protocol, idleSinceMs, requests, errno } = this;
    return this.tally.facts(this.connection, { id, protocol, idleSinceMs, requests, closedBy, errno });
  }

  get activeStreams(): number {
    return this.session?.activeStreams ?? 0;
  }

  /** It stands and serves nobody. */
  get isIdle(): boolean {
    return this.session !== null && this.session.activeStreams === 0;
  }

  /** No new streams; closes after the last. A connection that is still being made is left to its requests. */
  drain(): void {
    if (this.session === null) return;
    this.isDraining = true;
    if (this.isIdle) this.close();
  }

  // SessionOwner

  onStreamEnd(): void {
    this.tally.onRequestEnd();
    this.tally.countBytes(this.connection);
    if (this.connection.isClosed) return;
    this.idleSinceMs = this.pool.resources.clock.now();
    if (this.isDraining) this.closeSoonIfIdle();
    else this.pool.onRoom(this, false);
  }

  onRoomChanged(): void {
    if (!this.isDraining) this.pool.onRoom(this, false);
  }

  onGoodbye(): void {
    if (this.isLeftIdle) this.noteLeftIdle(this.pool.resources.clock.now());
    this.isDraining = true;
  }

  /** Were it closed by the peer now, it would be for being idle. */
  private get isLeftIdle(): boolean {
    return this.isIdle && !this.isDraining && !this.closedHere && this.requests > 0;
  }

  private noteLeftIdle(nowMs: number): void {
    this.pool.cluster.idleCloses.note(nowMs - this.idleSinceMs);
  }

  /** In a turn of its own: the stream that has just ended is still being told. */
  closeSoonIfIdle(): void {
    if (!this.isIdle) return;
    setImmediate(() => {
      if (this.isIdle && !this.connection.isClosed) this.connection.guard(() => this.close());
    });
  }

  close(): void {
    // Its socket says that it is closed later than others may look for room.
    this.isDraining = true;
    this.closedHere = true;
    this.connection.destroy();
  }

  endWithLastStream(isComplete: boolean, isRemote: boolean): void {
    if (!isComplete) this.lastFacts = this.factsNow(isRemote ? 'upstream' : 'proxy');
    this.tally.onRequestEnd();
    this.tally.countBytes(this.connection);
    this.isDraining = true;
    this.hadRequestAtClose = !isComplete;
    if (!isRemote) this.closedHere = true;
    this.connection.destroy();
  }

  closeAfterWriting(): void {
    this.isDraining = true;
    this.closedHere = true;
    this.connection.closeAfterWriting();
  }

  // ConnectionEvents

  onData(buffer: Buffer, start: number, end: number): void {
    this.session?.onData(buffer, start, end);
  }

  onEnd(): void {
    if (this.session === null) this.connection.destroy();
    else this.session.onEnd();
  }

  onAboveWatermark(): void {
    this.pool.cluster.stats.inc(C.upstream_flow_control_backed_up_total);
    this.session?.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.pool.cluster.stats.inc(C.upstream_flow_control_drained_total);
    this.session?.onBelowWatermark();
  }

  onDrained(): void {
    this.session?.onDrained();
  }

  onClose(error: string): void {
    const { resources, transport } = this.pool;
    const { session } = this;
    resources.timers.cancel(this.timer);
    if (this.durationTimer !== null) resources.timers.cancel(this.durationTimer);
    const wasLeftIdle = this.isLeftIdle;
    this.isDraining = true;
    this.errno = error;
    // A reset is an end as well, as Envoy has it: what ends with the connection is complete.
    if (error !== '' && !this.closedHere) session?.onEnd();
    const hadRequest = this.hadRequestAtClose || (session !== null && session.activeStreams > 0);
    const wasConnecting = session === null;
    const facts = this.factsNow(this.closedHere || this.hasTimedOut ? 'proxy' : 'upstream');
    if (hadRequest) this.lastFacts ??= facts;
    else if (wasLeftIdle) this.noteLeftIdle(facts.atMs);
    this.tally.onClosed(this.connection, this.closedHere, hadRequest, this.requests);
    const failure =
      wasConnecting && !this.closedHere
        ? this.tally.connectFailure(error, this.hasTimedOut, transport, facts)
        : null;
    this.pool.onClosed(this, wasConnecting, failure);
    session?.onClose();
  }

  private onConnect(tls: TlsInfo | null): void {
    if (this.connection.isClosed) return;
    this.tls = tls;
    this.localAddress = localAddressOf(this.connection.socket, this.host);
    this.tally.onReady();
    this.session = this.speaksHttp2(tls) ? new Http2ClientSession(this) : new Http1ClientSession(this);
    this.startClocks();
    this.pool.onRoom(this, true);
  }

  private speaksHttp2(tls: TlsInfo | null): boolean {
    const { protocol } = this.pool;
    if (protocol !== 'negotiated') return protocol === 'http2';
    const isHttp2 = tls?.alpn === 'h2';
    this.countProtocol(isHttp2);
    // Envoy's mixed pool makes its client anew here, which counts a second connection.
    this.pool.cluster.stats.inc(C.upstream_cx_total);
    this.host.count(HostWord.cxTotal, 1);
    return isHttp2;
  }

  private countProtocol(isHttp2: boolean): void {
    this.pool.cluster.stats.inc(isHttp2 ? C.upstream_cx_http2_total : C.upstream_cx_http1_total);
  }

  private startClocks(): void {
    const { cluster, resources } = this.pool;
    const { idleTimeoutMs, maxConnectionDurationMs, maxConnectionDurationJitter } = cluster.config;
    resources.timers.cancel(this.timer);
    this.idleSinceMs = resources.clock.now();
    if (idleTimeoutMs > 0) resources.timers.schedule(this.timer, idleTimeoutMs);
    if (maxConnectionDurationMs === 0) return;
    this.durationTimer = new Timer(() => this.onMaxDuration());
    const durationMs = withJitter(maxConnectionDurationMs, maxConnectionDurationJitter, resources.random);
    resources.timers.schedule(this.durationTimer, durationMs);
  }

  /** The connect timeout, later the idle timeout: requests leave it alone, it looks at when the last one ended. */
  private onTimer(): void {
    const { cluster, resources } = this.pool;
    if (this.session === null) {
      this.hasTimedOut = true;
      cluster.stats.inc(C.upstream_cx_connect_timeout);
      this.connection.destroy();
      return;
    }
    const now = resources.clock.now();
    const due = (this.isIdle ? this.idleSinceMs : now) + cluster.config.idleTimeoutMs;
    if (due > now) {
      resources.timers.scheduleAt(this.timer, due);
      return;
    }
    cluster.stats.inc(C.upstream_cx_idle_timeout);
    this.close();
  }

  private onMaxDuration(): void {
    this.pool.cluster.stats.inc(C.upstream_cx_max_duration_reached);
    this.drain();
  }
}
