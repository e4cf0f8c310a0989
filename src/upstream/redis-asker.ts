import type { Socket } from 'node:net';
import type { RedisCredentials } from '../api/redis-hosts.js';
import type { BoundStats } from '../api/stats.js';
import { type Host, HostWord } from '../api/upstream.js';
import { encodeCommand } from '../codec/redis/encode-resp.js';
import { RespDecoder } from '../codec/redis/resp-decoder.js';
import type { RespLimits } from '../codec/redis/resp-limits.js';
import type { RespValue } from '../codec/redis/resp-value.js';
import { C } from './cluster-stats.js';
import { openProbeConnection, type ProbeTarget } from './health/probe.js';
import type { RedisCommandStats } from './redis-command-stats.js';

/** Told how a question ended, once for each; null: no answer came of it. */
export type RedisAnswer = (value: RespValue | null) => void;

/** What all questions to the hosts of a cluster have in common. */
export interface RedisAskerScope {
  readonly clock: { now(): number };
  /** `cluster.<name>.`, a block of `C`. */
  readonly stats: BoundStats;
  readonly commands: RedisCommandStats;
  readonly limits: RespLimits;
}

/** A question under way; null in the place of `answer`: nobody waits for it. */
interface Asked {
  readonly command: string;
  readonly startedMs: number;
  answer: RedisAnswer | null;
  isCancelled: boolean;
}

/**
 * A connection of main's own to one host that speaks Redis, counted as those of the data path are.
 *
 *   idle ──ask──► asking ──answer──► idle
 *                   └──closed, no RESP, given up──► over
 */
export class RedisAsker {
  private readonly scope: RedisAskerScope;
  private readonly host: Host | null;
  private readonly socket: Socket;
  private readonly decoder: RespDecoder;
  private readonly onOver: () => void;
  private readonly asked: Asked[];
  private isConnected: boolean;
  private isOver: boolean;

  /** `host` counts as well, unless it is none of the cluster's; `onOver` comes once, before what was asked fails. */
  constructor(
    target: ProbeTarget,
    { username, password }: RedisCredentials,
    host: Host | null,
    scope: RedisAskerScope,
    onOver: () => void,
  ) {
    this.scope = scope;
    this.host = host;
    this.onOver = onOver;
    this.asked = [];
    this.isConnected = false;
    this.isOver = false;
    this.decoder = new RespDecoder({ onValue: (value) => this.onValue(value) }, scope.limits);
    this.count(C.upstream_cx_total, HostWord.cxTotal, 1);
    this.count(C.upstream_cx_active, HostWord.cxActive, 1);
    this.socket = openProbeConnection(target, {
      onConnected: () => {
        this.isConnected = true;
      },
      onData: (data) => this.onData(data),
      onEnd: () => this.onRemoteClose(),
      onClosed: () => this.onRemoteClose(),
    });
    if (username !== '') this.send('unknown', ['auth', username, password], null);
    else if (password !== '') this.send('unknown', ['auth', password], null);
  }

  get isAsking(): boolean {
    return this.asked.length > 0;
  }

  ask(words: readonly string[], answer: RedisAnswer): void {
    this.send((words[0] ?? '').toLowerCase(), words, answer);
  }

  /** Nobody waits any more, and nothing more will be asked. */
  giveUp(): void {
    for (const asked of this.asked) asked.isCancelled = true;
    this.close();
  }

  /** What was asked has no answer in time. */
  closeOverdue(): void {
    if (this.isOver) return;
    this.scope.stats.inc(this.isConnected ? C.upstream_rq_timeout : C.upstream_cx_connect_timeout);
    this.host?.count(this.isConnected ? HostWord.rqTimeout : HostWord.cxConnectFail, 1);
    this.close();
  }

  close(): void {
    this.over(true);
  }

  private send(command: string, words: readonly string[], answer: RedisAnswer | null): void {
    const { clock, commands } = this.scope;
    this.asked.push({ command, startedMs: clock.now(), answer, isCancelled: false });
    this.count(C.upstream_rq_total, HostWord.rqTotal, 1);
    this.count(C.upstream_rq_active, HostWord.rqActive, 1);
    commands.start(command);
    this.socket.write(encodeCommand(words), 'latin1');
  }

  private onRemoteClose(): void {
    if (!this.isOver && !this.isConnected) {
      this.scope.stats.inc(C.upstream_cx_connect_fail);
      this.host?.count(HostWord.cxConnectFail, 1);
    }
    this.over(false);
  }

  private onData(data: Buffer): void {
    if (this.isOver || this.decoder.decode(data.toString('latin1'))) return;
    this.scope.stats.inc(C.upstream_cx_protocol_error);
    this.host?.count(HostWord.rqError, 1);
    this.close();
  }

  private onValue(value: RespValue): void {
    const asked = this.asked.shift();
    if (asked === undefined) return;
    const { clock, commands } = this.scope;
    this.count(C.upstream_rq_active, HostWord.rqActive, -1);
    commands.finish(asked.command, value.type !== '-', clock.now() - asked.startedMs);
    asked.answer?.(value);
  }

  private over(isLocal: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    this.decoder.stop();
    this.socket.destroy();
    const { stats } = this.scope;
    this.count(C.upstream_cx_active, HostWord.cxActive, -1);
    stats.inc(C.upstream_cx_destroy);
    stats.inc(isLocal ? C.upstream_cx_destroy_local : C.upstream_cx_destroy_remote);
    if (this.asked.length > 0) {
      stats.inc(C.upstream_cx_destroy_with_active_rq);
      stats.inc(
        isLocal ? C.upstream_cx_destroy_local_with_active_rq : C.upstream_cx_destroy_remote_with_active_rq,
      );
    }
    this.onOver();
    for (const { answer, isCancelled } of this.asked.splice(0)) {
      this.count(C.upstream_rq_active, HostWord.rqActive, -1);
      if (isCancelled) stats.inc(C.upstream_rq_cancelled);
      else answer?.(null);
    }
  }

  private count(slot: number, word: number, n: number): void {
    this.scope.stats.add(slot, n);
    this.host?.count(word, n);
  }
}
