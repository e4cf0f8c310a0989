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
import { RespDecoder, type RespSink } from '../../../../codec/redis/resp-decoder.js';
import type { RespValue } from '../../../../codec/redis/resp-value.js';
import { C } from '../../../../upstream/cluster-stats.js';
import type { RedisCommandStats } from '../../../../upstream/redis-command-stats.js';
import { credentialsFor } from '../../../../upstream/redis-credentials.js';
import { type CommandFacts, ownCommand, ownHello } from './commands.js';
import type { PoolConfig } from './config.js';

/** Who waits for a reply; told once. */
export interface ReplyTarget {
  /** Nobody waits any more: the reply is dropped. */
  readonly isCancelled: boolean;
  onReply(value: RespValue): void;
  /** No reply came of it, for the reason that clients are told. */
  onFailure(reason: string): void;
}

/** What all clients of a pool have in common. */
export interface ClientSettings {
  readonly scope: ThreadScope;
  readonly config: PoolConfig;
  readonly commandStats: RedisCommandStats;
  /** `AUTH` or `HELLO` could not be agreed on. */
  onHelloFailure(): void;
  /** An error, which may name another host: sees to it that the command's target hears of it. Where that is wanted. */
  onError(value: RespValue & { readonly text: string }, sent: Sent): void;
}

/** Told once that a client has ended. */
export interface ClientOwner {
  onClientOver(client: RedisClient): void;
}

/** Replies nobody waits for. */
export const nobody: ReplyTarget = {
  isCancelled: false,
  onReply: () => {
    // Sent for its effect.
  },
  onFailure: () => {
    // As above.
  },
};

export const upstreamFailure = 'upstream failure';

/** A command on its way. */
export interface Sent {
  readonly bytes: string;
  readonly command: CommandFacts;
  readonly target: ReplyTarget;
  readonly startedMs: number;
  /** How often it may still be sent to another host. */
  readonly redirections: number;
}

/** Hosts that send a command in circles are not followed for ever, as Envoy does. */
const redirectionLimit = 16;

/** Bytes for a connection that is not there yet; beyond it commands fail. */
const backlogLimit = 64 * 1024 * 1024;

/**
 * One connection to a host, on which commands follow each other without waiting for replies.
 *
 *   connecting ──connected──► open ──closed, protocol error, reply overdue──► over
 *        └──failed────────────────────────────────────────────────────────────► over
 *
 * With RESP3 commands are held until the host has agreed to it. Everything unanswered fails when it is over.
 */
export class RedisClient implements TcpConnectionCallbacks, RespSink, ReplyTarget {
  readonly host: Host;
  readonly isCancelled: boolean;
  private readonly settings: ClientSettings;
  private readonly cluster: Cluster;
  private readonly owner: ClientOwner;
  private readonly isForTransaction: boolean;
  private readonly decoder: RespDecoder;
  private readonly sent: RingQueue<Sent>;
  private readonly overdue: Timer;
  private readonly flushTimer: Timer;
  private connection: UpstreamTcpConnection | null;
  /** What is not written yet: the connection is not there, or more is to come. */
  private backlog: string;
  /** Null unless an agreement is awaited. */
  private held: Sent[] | null;
  /** The host speaks RESP3. */
  private hasAgreed: boolean;
  private isOver: boolean;
  private unanswered: number;
  private isLast: boolean;

  constructor(
    settings: ClientSettings,
    cluster: Cluster,
    host: Host,
    owner: ClientOwner,
    isForTransaction: boolean,
  ) {
    this.host = host;
    this.isCancelled = false;
    this.settings = settings;
    this.cluster = cluster;
    this.owner = owner;
    this.isForTransaction = isForTransaction;
    this.decoder = new RespDecoder(this);
    this.sent = new RingQueue();
    this.overdue = new Timer(() => this.onOverdue());
    this.flushTimer = new Timer(() => this.flush());
    this.connection = null;
    this.backlog = '';
    this.held = null;
    this.hasAgreed = false;
    this.isOver = false;
    this.unanswered = 0;
    this.isLast = false;
  }

  /** Dials; separate from construction, as a failure may be told at once. */
  start(): void {
    const { redis } = this.cluster.info;
    const { config, scope } = this.settings;
    const { version, readPolicy } = config;
    const { username, password } = credentialsFor(redis, this.host.address.text, scope.clock.wallMs());
    if (version === 3) {
      const auth = username === '' && password === '' ? [] : ['AUTH', username || 'default', password];
      this.transmit(this.newSent(encodeCommand(['HELLO', '3', ...auth]), ownHello, this));
      this.held = [];
    } else {
      if (username !== '') this.sendOwn('auth', username, password);
      else if (password !== '') this.sendOwn('auth', password);
      if (readPolicy !== 'MASTER') this.sendOwn('readonly');
    }
    this.cluster.connectTcp(this.host, defaultPriority, this);
  }

  get pendingReplies(): number {
    return this.sent.size + (this.held?.length ?? 0);
  }

  /** Once over, as many as it ended with. */
  requestsUnderWay(): number {
    return this.isOver ? this.unanswered : this.sent.size;
  }

  /** A command of the proxy itself, whose reply does not matter. */
  sendOwn(...words: readonly string[]): void {
    this.transmit(this.newSent(encodeCommand(words), ownCommand, nobody));
  }

  send(bytes: string, command: CommandFacts, target: ReplyTarget, redirections = redirectionLimit): void {
    if (this.isOver || this.backlog.length > backlogLimit) {
      target.onFailure(upstreamFailure);
      return;
    }
    const sent = this.newSent(bytes, command, target, redirections);
    if (this.held === null) this.transmit(sent);
    else this.held.push(sent);
  }

  /** What is under way is still answered. */
  closeWhenAnswered(): void {
    this.isLast = true;
    if (this.pendingReplies === 0) this.close();
  }

  close(): void {
    if (this.isOver) return;
    const { connection } = this;
    this.finish();
    connection?.close('no-flush');
  }

  private newSent(bytes: string, command: CommandFacts, target: ReplyTarget, redirections = 0): Sent {
    return { bytes, command, target, startedMs: this.settings.scope.clock.now(), redirections };
  }

  private transmit(sent: Sent): void {
    const { stats } = this.cluster.info;
    this.sent.push(sent);
    stats.inc(C.upstream_rq_total);
    stats.add(C.upstream_rq_active, 1);
    this.host.count(HostWord.rqTotal, 1);
    this.host.count(HostWord.rqActive, 1);
    const { config, commandStats, scope } = this.settings;
    commandStats.start(sent.command.upstreamName);
    if (this.connection === null) {
      this.backlog += sent.bytes;
      return;
    }
    if (config.flushBytes === 0) this.connection.writeText(sent.bytes);
    else this.batch(sent.bytes);
    if (this.sent.size === 1) scope.timers.schedule(this.overdue, config.opTimeoutMs);
  }

  private batch(bytes: string): void {
    const { config, scope } = this.settings;
    if (this.backlog === '') scope.timers.schedule(this.flushTimer, config.flushMs);
    this.backlog += bytes;
    if (this.backlog.length >= config.flushBytes) this.flush();
  }

  private flush(): void {
    this.settings.scope.timers.cancel(this.flushTimer);
    if (this.backlog !== '') this.connection?.writeText(this.backlog);
    this.backlog = '';
  }

  // TcpConnectionCallbacks

  onConnected(connection: UpstreamTcpConnection): void {
    if (this.isOver) {
      connection.close('no-flush');
      return;
    }
    this.connection = connection;
    this.flush();
    if (this.sent.size > 0)
      this.settings.scope.timers.schedule(this.overdue, this.settings.config.opTimeoutMs);
  }

  onConnectFailure(): void {
    this.finish();
  }

  onData(buffer: Buffer, start: number, end: number): void {
    if (this.isOver || this.decoder.decode(buffer.latin1Slice(start, end))) return;
    this.cluster.info.stats.inc(C.upstream_cx_protocol_error);
    this.host.count(HostWord.rqError, 1);
    this.host.reportStatus(500);
    this.close();
  }

  onEnd(): void {
    if (this.sent.size > 0) this.host.reportLocalFailure('connect');
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

  // RespSink

  onValue(value: RespValue): void {
    // Pushed, or a reply to nothing.
    if (value.type === '>') return;
    const sent = this.sent.shift();
    if (sent === undefined) return;
    const isError = value.type === '-' || value.type === '!';
    const isSuccess =
      !isError && !sent.target.isCancelled && (sent.command !== ownHello || agreesToResp3(value));
    this.settle();
    const { commandStats, config, scope } = this.settings;
    commandStats.finish(sent.command.upstreamName, isSuccess, scope.clock.now() - sent.startedMs);
    if (this.sent.size > 0) scope.timers.schedule(this.overdue, config.opTimeoutMs);
    else scope.timers.cancel(this.overdue);
    if (sent.target.isCancelled) this.cluster.info.stats.inc(C.upstream_rq_cancelled);
    else if (isError && config.followsRedirections && !this.isForTransaction)
      this.settings.onError(value, sent);
    else sent.target.onReply(value);
    this.host.reportStatus(200);
    if (this.isLast && this.pendingReplies === 0) this.close();
  }

  // ReplyTarget, of the proxy's own HELLO (and READONLY, where hosts may be replicas).

  onReply(value: RespValue): void {
    const isHello = !this.hasAgreed;
    this.hasAgreed = isHello ? agreesToResp3(value) : value.type !== '-' && value.type !== '!';
    if (!this.hasAgreed) this.onFailure();
    else if (isHello && this.settings.config.readPolicy !== 'MASTER') {
      this.transmit(this.newSent(encodeCommand(['readonly']), ownCommand, this));
    } else {
      const held = this.held ?? [];
      this.held = null;
      for (const sent of held) this.transmit(sent);
    }
  }

  onFailure(): void {
    if (this.held === null) return;
    this.settings.onHelloFailure();
    this.close();
  }

  private settle(): void {
    this.cluster.info.stats.add(C.upstream_rq_active, -1);
    this.host.count(HostWord.rqActive, -1);
  }

  private onOverdue(): void {
    this.cluster.info.stats.inc(C.upstream_rq_timeout);
    this.host.count(HostWord.rqTimeout, 1);
    this.host.reportLocalFailure('timeout');
    this.close();
  }

  private finish(): void {
    if (this.isOver) return;
    this.unanswered = this.sent.size;
    this.isOver = true;
    this.backlog = '';
    this.decoder.stop();
    const { timers } = this.settings.scope;
    timers.cancel(this.overdue);
    timers.cancel(this.flushTimer);
    this.owner.onClientOver(this);
    for (let sent = this.sent.shift(); sent !== undefined; sent = this.sent.shift()) {
      this.settle();
      this.fail(sent);
    }
    const held = this.held ?? [];
    this.held = null;
    for (const sent of held) this.fail(sent);
  }

  private fail({ target }: Sent): void {
    if (target.isCancelled) {
      this.cluster.info.stats.inc(C.upstream_rq_cancelled);
      return;
    }
    target.onFailure(upstreamFailure);
    this.cluster.noteTopology('failure');
  }
}

/** A map, or what a host of RESP2 makes of one, that says `proto 3`. */
function agreesToResp3(value: RespValue): boolean {
  if (value.type !== '%' && value.type !== '*') return false;
  for (let i = 0; i + 1 < value.items.length; i += 2) {
    const [name, version] = [value.items[i], value.items[i + 1]];
    if (name === undefined || !('text' in name) || name.text !== 'proto') continue;
    return version?.type === ':' && version.text === '3';
  }
  return false;
}
