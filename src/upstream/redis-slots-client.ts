import type { Socket } from 'node:net';
import type { BoundStats } from '../api/stats.js';
import type { Address } from '../api/stream-info.js';
import type { RedisHosts } from '../api/upstream.js';
import { encodeCommand } from '../codec/redis/encode-resp.js';
import { RespDecoder } from '../codec/redis/resp-decoder.js';
import type { RespValue } from '../codec/redis/resp-value.js';
import type { UpstreamTransport } from '../network/transport-socket.js';
import { C } from './cluster-stats.js';
import { openProbeConnection } from './health/probe.js';

/** Told how a question ended; once for each. */
export type SlotsAnswer = (value: RespValue | null) => void;

/**
 * A connection of main to one host of a Redis Cluster, asked for the slots as often as needed.
 *
 *   idle ──ask──► asking ──answer──► idle
 *                   └──closed, no RESP──► over
 */
export class RedisSlotsClient {
  readonly address: Address;
  private readonly stats: BoundStats;
  private readonly socket: Socket;
  private readonly decoder: RespDecoder;
  private readonly onOver: () => void;
  /** Answers to the proxy's own AUTH come first. */
  private ignored: number;
  private waiting: SlotsAnswer | null;
  private isOver: boolean;

  constructor(
    address: Address,
    redis: RedisHosts,
    transport: UpstreamTransport | null,
    stats: BoundStats,
    onOver: () => void,
  ) {
    this.address = address;
    this.stats = stats;
    this.onOver = onOver;
    this.ignored = 0;
    this.waiting = null;
    this.isOver = false;
    this.decoder = new RespDecoder({ onValue: (value) => this.onValue(value) });
    stats.inc(C.upstream_cx_total);
    stats.add(C.upstream_cx_active, 1);
    this.socket = openProbeConnection(
      { address, hostname: '', transport, options: null },
      {
        onConnected: () => undefined,
        onData: (data) => this.onData(data),
        onEnd: () => this.over(C.upstream_cx_destroy_remote),
        onClosed: () => this.over(C.upstream_cx_destroy_remote),
      },
    );
    const { username, password } = redis.credentialsOf[address.text] ?? redis.credentials;
    if (username !== '') this.authenticate('auth', username, password);
    else if (password !== '') this.authenticate('auth', password);
  }

  get isAsking(): boolean {
    return this.waiting !== null;
  }

  ask(onAnswer: SlotsAnswer): void {
    this.waiting = onAnswer;
    this.stats.inc(C.upstream_rq_total);
    this.stats.add(C.upstream_rq_active, 1);
    this.socket.write(encodeCommand(['CLUSTER', 'SLOTS']), 'latin1');
  }

  close(): void {
    this.over(C.upstream_cx_destroy_local);
  }

  private over(side: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.decoder.stop();
    this.socket.destroy();
    this.stats.add(C.upstream_cx_active, -1);
    this.stats.inc(C.upstream_cx_destroy);
    this.stats.inc(side);
    this.onOver();
    this.settle(null);
  }

  private authenticate(...words: readonly string[]): void {
    this.ignored++;
    this.stats.inc(C.upstream_rq_total);
    this.socket.write(encodeCommand(words), 'latin1');
  }

  private onData(data: Buffer): void {
    if (!this.decoder.decode(data.toString('latin1'))) this.close();
  }

  private onValue(value: RespValue): void {
    if (this.ignored > 0) this.ignored--;
    else this.settle(value);
  }

  private settle(value: RespValue | null): void {
    const { waiting } = this;
    if (waiting === null) return;
    this.waiting = null;
    this.stats.add(C.upstream_rq_active, -1);
    waiting(value);
  }
}
