import type { Chunk } from '../../../../api/codec.js';
import {
  type ConnectionCloseKind,
  type ConnectionControl,
  type NetworkFilter,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { RelayFacts, StreamInfo } from '../../../../api/stream-info.js';
import type { UpstreamTcpConnection } from '../../../../api/upstream.js';
import { ChunkQueue } from '../../../../base/chunk-queue.js';
import { IdleWatch, type WriteProgress } from './idle-watch.js';
import type { TcpProxy } from './tcp-proxy.js';
import { T } from './tcp-stats.js';
import { UpstreamFlush } from './upstream-flush.js';
import { InitFailure, type UpstreamOwner, UpstreamSide } from './upstream-side.js';

/**
 * One relayed connection.
 *
 *   waiting ──first byte or at once──► dialling ──connected──► relaying ──► over
 *                                         │                      │  both FINs passed on, or one side reset
 *                                         └──failed──► over      └─client gone, bytes left─► flushing ──► over
 *
 * A FIN goes on behind the bytes before it; each socket closes by itself once it has seen one and sent one.
 */
export class TcpSession implements NetworkFilter, UpstreamOwner, WriteProgress {
  private readonly proxy: TcpProxy;
  private readonly control: ConnectionControl;
  private readonly record: StreamInfo;
  private readonly side: UpstreamSide;
  private readonly relay: RelayFacts;
  private idle: IdleWatch | null;
  /** Of the client's bytes; what filters before this one kept counts at the end. */
  private countedBytes: number;
  private upstream: UpstreamTcpConnection | null;
  private flush: UpstreamFlush | null;
  private early: ChunkQueue | null;
  private isDialling: boolean;
  private hasFailed: boolean;
  private isPausedForUpstream: boolean;
  private isUpstreamPaused: boolean;
  private sawDownstreamEnd: boolean;
  private sawUpstreamEnd: boolean;
  private isDownstreamClosed: boolean;

  constructor(proxy: TcpProxy, control: ConnectionControl) {
    const { stats } = proxy;
    this.proxy = proxy;
    this.control = control;
    this.record = control.record;
    this.side = new UpstreamSide(proxy, this.record, this);
    this.upstream = null;
    this.flush = null;
    this.early = null;
    this.isDialling = false;
    this.hasFailed = false;
    this.isPausedForUpstream = false;
    this.isUpstreamPaused = false;
    this.sawDownstreamEnd = false;
    this.sawUpstreamEnd = false;
    this.isDownstreamClosed = false;
    this.relay = {
      poolReadyMs: Number.NaN,
      downstreamCloseType: 'Normal',
      upstreamCloseType: 'Normal',
      upstreamCloseReason: '',
    };
    this.record.relay = this.relay;
    stats.inc(T.downstream_cx_total);
    control.setHalfClose(true);
    control.setDelayedCloseTimeout(0);
    this.idle = null;
    this.countedBytes = 0;
    this.armTimers();
    // Filters before this one may keep the connection from being dialled: nothing is read then, either.
    if (proxy.config.dialsAtOnce && !proxy.config.acceptsEarly) this.pauseDownstream();
  }

  /** Over both sides: the idle watch asks whether a slow peer still moves. */
  get bufferedBytes(): number {
    return this.control.bufferedBytes + (this.upstream?.bufferedBytes ?? 0);
  }

  get flushedBytes(): number {
    return this.control.flushedBytes + (this.upstream?.flushedBytes ?? 0);
  }

  guard(body: () => void): void {
    this.control.guard(body);
  }

  // NetworkFilter

  onNewConnection(): NetworkStatus {
    this.watchIdle();
    if (this.proxy.config.logsStart) this.log('TcpConnectionStart');
    if (this.proxy.config.dialsAtOnce) this.startDialling();
    return NetworkStatus.Continue;
  }

  onData(chunk: Chunk, endStream: boolean): NetworkStatus {
    const length = chunk.end - chunk.start;
    this.idle?.onActivity();
    this.countedBytes += length;
    this.proxy.stats.add(T.downstream_cx_rx_bytes_total, length);
    if (endStream) this.sawDownstreamEnd = true;
    const { upstream } = this;
    if (upstream === null) {
      this.onEarlyData(chunk);
      return NetworkStatus.Stop;
    }
    if (length > 0) upstream.writeBytes(chunk.buffer, chunk.start, chunk.end);
    if (endStream) upstream.endWriting();
    if (this.proxy.config.closesInDrain) this.closeInDrain();
    return NetworkStatus.Stop;
  }

  onAboveWatermark(): void {
    if (this.upstream === null || this.isUpstreamPaused) return;
    this.isUpstreamPaused = true;
    this.upstream.pauseReading();
  }

  onBelowWatermark(): void {
    if (!this.isUpstreamPaused) return;
    this.isUpstreamPaused = false;
    this.upstream?.resumeReading();
  }

  onClose(kind: ConnectionCloseKind): void {
    this.isDownstreamClosed = true;
    if (kind === 'remote-reset') this.relay.downstreamCloseType = 'RemoteReset';
    this.proxy.stats.add(T.downstream_cx_rx_bytes_total, this.control.bytesReceived - this.countedBytes);
    this.idle?.cancel();
    this.early?.clear();
    this.side.cancel();
    if (this.upstream !== null) this.closeUpstream(this.upstream, kind);
    this.log('TcpConnectionEnd');
  }

  // UpstreamOwner

  onUpstreamConnected(upstream: UpstreamTcpConnection): void {
    this.upstream = upstream;
    const { record } = this;
    record.upstreamLocalAddress = upstream.localAddress;
    record.upstreamTls = upstream.tls;
    record.upstreamConnectionId = upstream.id;
    record.upstreamConnectionTimes = upstream.times;
    this.idle?.onActivity();
    this.early?.drain((buffer, start, end) => upstream.writeBytes(buffer, start, end));
    if (this.sawDownstreamEnd) upstream.endWriting();
    if (this.proxy.config.logsConnected) this.log('TcpUpstreamConnected');
    this.resumeDownstream();
  }

  onInitFailure(failure: InitFailure): void {
    // That attempts are used up is known a turn later in Envoy: bytes that come with the last one still count.
    this.hasFailed = failure !== InitFailure.connectFailed;
    if (failure === InitFailure.noRoute) this.proxy.stats.inc(T.downstream_cx_no_route);
    this.control.close('no-flush', `tcp_initializion_failure:${failure}`);
  }

  onUpstreamData(buffer: Buffer, start: number, end: number): void {
    if (this.flush !== null) {
      this.flush.onData();
      return;
    }
    this.idle?.onActivity();
    this.proxy.stats.add(T.downstream_cx_tx_bytes_total, end - start);
    this.control.writeBytes(buffer, start, end);
    if (this.proxy.config.closesInDrain) this.closeInDrain();
  }

  onUpstreamEnd(): void {
    this.sawUpstreamEnd = true;
    this.idle?.onActivity();
    if (!this.isDownstreamClosed) this.control.endWriting();
  }

  onUpstreamClose(isReset: boolean): void {
    this.upstream = null;
    this.flush?.onClosed();
    if (this.isDownstreamClosed) return;
    if (isReset && !this.sawUpstreamEnd) {
      this.record.responseFlags |= ResponseFlag.upstreamRemoteReset;
      this.relay.upstreamCloseType = 'RemoteReset';
      this.relay.downstreamCloseType = 'LocalReset';
      this.control.close('abort', '');
    } else {
      this.control.close('flush', '');
    }
  }

  onUpstreamAboveWatermark(): void {
    if (this.isPausedForUpstream || this.isDownstreamClosed) return;
    this.proxy.stats.inc(T.downstream_flow_control_paused_reading_total);
    this.pauseDownstream();
  }

  onUpstreamBelowWatermark(): void {
    if (this.isDownstreamClosed || !this.isPausedForUpstream) return;
    this.proxy.stats.inc(T.downstream_flow_control_resumed_reading_total);
    this.resumeDownstream();
  }

  private closeInDrain(): void {
    const { proxy, control } = this;
    if (this.isDownstreamClosed || !proxy.scope.drain.shouldClose(control.info.listenerName)) return;
    if (control.info.localCloseReason !== '') return;
    proxy.stats.inc(T.downstream_cx_drain_close);
    control.close('flush', 'tcp_proxy_drain_close');
  }

  private watchIdle(): void {
    const idleMs = this.proxy.idleMsOf(this.record);
    if (idleMs === 0) return;
    this.idle = new IdleWatch(this.proxy.scope.timers, idleMs, this, () =>
      this.control.guard(() => this.onIdle()),
    );
  }

  private armTimers(): void {
    const { control, proxy } = this;
    const durationMs = proxy.drawDurationMs();
    if (durationMs > 0)
      proxy.scope.timers.schedule(
        control.timer(() => this.onMaxDuration()),
        durationMs,
      );
    const { logIntervalMs } = proxy.config;
    if (logIntervalMs === 0) return;
    const periodic = control.timer(() => {
      this.log('TcpPeriodic');
      proxy.scope.timers.schedule(periodic, logIntervalMs);
    });
    proxy.scope.timers.schedule(periodic, logIntervalMs);
  }

  /** Nothing is read while the upstream is being dialled, unless early bytes were asked for. */
  private startDialling(): void {
    this.isDialling = true;
    if (!this.proxy.config.acceptsEarly) this.pauseDownstream();
    this.side.start();
  }

  /** A client that ends without a byte is not dialled for. */
  private onEarlyData(chunk: Chunk): void {
    const { config, stats } = this.proxy;
    const isFirst = !this.isDialling && chunk.end > chunk.start;
    this.early ??= new ChunkQueue(this.proxy.scope.buffers);
    this.early.push(chunk.buffer, chunk.start, chunk.end);
    // The end belongs to the bytes before it.
    const isCounted = config.acceptsEarly && (chunk.end > chunk.start || this.early.byteLength === 0);
    if (isFirst) this.startDialling();
    if (this.hasFailed) return;
    if (isCounted) stats.inc(T.early_data_received_count_total);
    if (this.early.byteLength >= config.maxEarlyBytes) this.pauseDownstream();
  }

  private pauseDownstream(): void {
    if (this.isPausedForUpstream) return;
    this.isPausedForUpstream = true;
    this.control.pauseReading();
  }

  private resumeDownstream(): void {
    if (!this.isPausedForUpstream) return;
    this.isPausedForUpstream = false;
    this.control.resumeReading();
  }

  /**
   * A client that ended in order leaves its bytes to be delivered; a reset goes on as a reset. An upstream behind
   * both FINs is closing by itself and only waits if it has not taken everything.
   */
  private closeUpstream(upstream: UpstreamTcpConnection, kind: ConnectionCloseKind): void {
    if (kind !== 'remote' || this.side.isTunnel) {
      upstream.close(kind === 'local' ? 'no-flush' : 'abort');
    } else if (!this.hasEnded || upstream.bufferedBytes > 0) {
      this.flush = new UpstreamFlush(this.proxy, upstream, this.proxy.idleMsOf(this.record));
      if (this.isUpstreamPaused) upstream.resumeReading();
    }
  }

  private get hasEnded(): boolean {
    return this.sawUpstreamEnd && this.sawDownstreamEnd;
  }

  private onIdle(): void {
    this.proxy.stats.inc(T.idle_timeout);
    this.closeBoth('tcp_session_idle_timeout');
  }

  private onMaxDuration(): void {
    this.proxy.stats.inc(T.max_downstream_connection_duration);
    this.record.responseFlags |= ResponseFlag.durationTimeout;
    this.closeBoth('max_connection_duration_reached');
  }

  private closeBoth(reason: string): void {
    this.noteUnanswered();
    if (this.upstream !== null && !this.side.isTunnel) this.relay.upstreamCloseReason = reason;
    this.control.close('no-flush', reason);
  }

  /** A tunnel that is given up before its answer has failed. */
  private noteUnanswered(): void {
    if (this.side.isTunnel && this.isDialling && this.upstream === null)
      this.record.responseFlags |= ResponseFlag.upstreamConnectionFailure;
  }

  private log(logType: string): void {
    const { record, control } = this;
    record.bytesReceived = control.bytesReceived;
    record.bytesSent = control.bytesSent;
    record.times.endMs = this.proxy.scope.clock.now();
    this.proxy.log(record, logType);
  }
}
