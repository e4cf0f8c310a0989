import type { ThreadScope } from '../../../../api/thread-scope.js';
import type {
  Cluster,
  Host,
  TcpConnectionCallbacks,
  UpstreamTcpConnection,
} from '../../../../api/upstream.js';
import { defaultPriority, HostWord } from '../../../../api/upstream.js';
import { RingQueue } from '../../../../base/ring-queue.js';
import { Timer } from '../../../../base/timer-wheel.js';
import { encodeCommand } from '../../../../codec/redis/encode-resp.js';
import { RespDecoder } from '../../../../codec/redis/resp-decoder.js';
import type { RespValue } from '../../../../codec/redis/resp-value.js';
import { C } from '../../../../upstream/cluster-stats.js';
import type { UpstreamCommandStats } from './redis-stats.js';

/** Who waits for a reply; told once. */
export interface ReplyTarget {
  onReply(value: RespValue): void;
  /** No reply came of it, for the reason that clients are told. */
  onFailure(reason: string): void;
}

/** What all clients of a pool have in common. */
export interface ClientSettings {
  readonly scope: ThreadScope;
  readonly opTimeoutMs: number;
  readonly commandStats: UpstreamCommandStats | null;
  /** `AUTH` and its arguments, sent first on every connection; null for none. */
  readonly auth: readonly string[] | null;
}

/** Told once that a client has ended. */
export interface ClientOwner {
  onClientOver(client: RedisClient): void;
}

/** Replies nobody waits for. */
export const nobody: ReplyTarget = {
  onReply: () => {
    // Sent for its effect.
  },
  onFailure: () => {
    // As above.
  },
};

const upstreamFailure = 'upstream failure';

interface Sent {
  readonly target: ReplyTarget;
  readonly command: string;
  readonly startedMs: number;
}

/** Bytes for a connection that is not there yet; beyond it commands fail. */
const backlogLimit = 64 * 1024 * 1024;

/**
 * One connection to a host, on which commands follow each other without waiting for replies.
 *
 *   connecting ──connected──► open ──closed, protocol error, reply overdue──► over
 *        └──failed────────────────────────────────────────────────────────────► over
 *
 * Everything unanswered fails when it is over.
 */
export class RedisClient implements TcpConnectionCallbacks {
  readonly host: Host;
  private readonly settings: ClientSettings;
  private readonly cluster: Cluster;
  private readonly owner: ClientOwner;
  private readonly decoder: RespDecoder;
  private readonly sent: RingQueue<Sent>;
  private readonly overdue: Timer;
  private connection: UpstreamTcpConnection | null;
  private backlog: string;
  private isOver: boolean;
  private isLast: boolean;

  constructor(settings: ClientSettings, cluster: Cluster, host: Host, owner: ClientOwner) {
    this.host = host;
    this.settings = settings;
    this.cluster = cluster;
    this.owner = owner;
    this.decoder = new RespDecoder((value) => this.onValue(value), false);
    this.sent = new RingQueue();
    this.overdue = new Timer(() => this.onOverdue());
    this.connection = null;
    this.backlog = '';
    this.isOver = false;
    this.isLast = false;
  }

  /** Dials; separate from construction, as a failure may be told at once. */
  start(): void {
    const { auth } = this.settings;
    if (auth !== null) this.send(encodeCommand(auth), 'auth', nobody);
    this.cluster.connectTcp(this.host, defaultPriority, this);
  }

  get pendingReplies(): number {
    return this.sent.size;
  }

  send(bytes: string, command: string, target: ReplyTarget): void {
    if (this.isOver || this.backlog.length > backlogLimit) {
      target.onFailure(upstreamFailure);
      return;
    }
    const { stats } = this.cluster.info;
    this.sent.push({ target, command, startedMs: this.settings.scope.clock.now() });
    stats.inc(C.upstream_rq_total);
    stats.add(C.upstream_rq_active, 1);
    this.host.count(HostWord.rqTotal, 1);
    this.host.count(HostWord.rqActive, 1);
    this.settings.commandStats?.start(command);
    if (this.connection === null) {
      this.backlog += bytes;
      return;
    }
    this.connection.writeText(bytes);
    if (this.sent.size === 1) this.settings.scope.timers.schedule(this.overdue, this.settings.opTimeoutMs);
  }

  /** What is under way is still answered. */
  closeWhenAnswered(): void {
    this.isLast = true;
    if (this.sent.size === 0) this.close();
  }

  close(): void {
    if (this.connection !== null) this.connection.close('no-flush');
    this.finish();
  }

  // TcpConnectionCallbacks

  onConnected(connection: UpstreamTcpConnection): void {
    if (this.isOver) {
      connection.close('no-flush');
      return;
    }
    this.connection = connection;
    connection.writeText(this.backlog);
    this.backlog = '';
    if (this.sent.size > 0) this.settings.scope.timers.schedule(this.overdue, this.settings.opTimeoutMs);
  }

  onConnectFailure(): void {
    this.finish();
  }

  onData(buffer: Buffer, start: number, end: number): void {
    if (this.isOver || this.decoder.decode(buffer.latin1Slice(start, end))) return;
    this.cluster.info.stats.inc(C.upstream_cx_protocol_error);
    this.host.count(HostWord.rqError, 1);
    this.close();
  }

  onEnd(): void {
    this.close();
  }

  onClose(): void {
    this.connection = null;
    this.finish();
  }

  onAboveWatermark(): void {
    // A host that takes no commands is found out by the replies that are overdue.
  }

  onBelowWatermark(): void {
    // As above.
  }

  private onValue(value: RespValue): void {
    const sent = this.sent.shift();
    if (sent === undefined) {
      // A reply to nothing.
      this.cluster.info.stats.inc(C.upstream_cx_protocol_error);
      this.close();
      return;
    }
    this.settle(sent, value.type !== '-');
    const { timers } = this.settings.scope;
    if (this.sent.size > 0) timers.schedule(this.overdue, this.settings.opTimeoutMs);
    else timers.cancel(this.overdue);
    sent.target.onReply(value);
    if (this.isLast && this.sent.size === 0) this.close();
  }

  private settle(sent: Sent, isSuccess: boolean): void {
    this.cluster.info.stats.add(C.upstream_rq_active, -1);
    this.host.count(HostWord.rqActive, -1);
    this.host.count(isSuccess ? HostWord.rqSuccess : HostWord.rqError, 1);
    const { commandStats, scope } = this.settings;
    commandStats?.finish(sent.command, isSuccess, scope.clock.now() - sent.startedMs);
  }

  private onOverdue(): void {
    this.cluster.info.stats.inc(C.upstream_rq_timeout);
    this.host.count(HostWord.rqTimeout, 1);
    this.host.reportLocalFailure('timeout');
    this.close();
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.backlog = '';
    this.decoder.stop();
    this.settings.scope.timers.cancel(this.overdue);
    this.owner.onClientOver(this);
    for (let sent = this.sent.shift(); sent !== undefined; sent = this.sent.shift()) {
      this.settle(sent, false);
      sent.target.onFailure(upstreamFailure);
    }
  }
}
