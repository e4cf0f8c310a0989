import { encodeCommand } from '../../../../codec/redis/encode-resp.js';
import { respError } from '../../../../codec/redis/resp-value.js';
import type { CommandKind } from './commands.js';
import { type KeyRoute, keyUpstream } from './key-routes.js';
import type { ReplyTarget } from './redis-client.js';
import type { RedisPool } from './redis-pool.js';
import type { RedisProxy } from './redis-proxy.js';
import { type CommandStats, D } from './redis-stats.js';
import {
  type JoinReplies,
  joinInOrder,
  joinOk,
  joinSum,
  type ReplySlot,
  SingleRequest,
  SplitRequest,
} from './requests.js';
import { clusterSubcommands, joinOf } from './shard-commands.js';

const noHost = 'no upstream host';

/** One command on its way to hosts: its words, its name in lower case, and where the reply goes. */
export interface Command {
  readonly words: readonly string[];
  readonly name: string;
  readonly slot: ReplySlot;
}

/** Sends commands to the hosts that their keys live on, in parts where one host cannot answer alone. */
export class Splitter {
  private readonly proxy: RedisProxy;

  constructor(proxy: RedisProxy) {
    this.proxy = proxy;
  }

  dispatch(command: Command, kind: CommandKind): void {
    const { words, name, slot } = command;
    const stats = this.proxy.statsOf(name);
    stats.counters.inc(D.total);
    if (kind === 'simple') this.sendKeyed(words, 1, name, new SingleRequest(slot, stats));
    else if (kind === 'eval') this.single(command, stats, 3, 4);
    else if (kind === 'object') this.single(command, stats, 2, 3);
    else if (kind === 'mget') this.perKey(command, stats, 'get', 1, joinInOrder);
    else if (kind === 'sum') this.perKey(command, stats, name, 1, joinSum);
    else if (kind === 'mset') this.perKey(command, stats, 'set', 2, joinOk);
    else if (kind === 'every-host') this.everyHost(command, stats);
    else if (kind === 'any-host') this.anyHost(command, stats);
  }

  private single(command: Command, stats: CommandStats, keyIndex: number, minWords: number): void {
    if (command.words.length < minWords) this.refuseLength(command, stats);
    else this.sendKeyed(command.words, keyIndex, command.name, new SingleRequest(command.slot, stats));
  }

  private perKey(
    command: Command,
    stats: CommandStats,
    part: string,
    stride: number,
    join: JoinReplies,
  ): void {
    const { words, slot } = command;
    if ((words.length - 1) % stride !== 0) {
      this.refuseLength(command, stats);
      return;
    }
    const parts = (words.length - 1) / stride;
    const request = new SplitRequest(slot, stats, parts, join);
    for (let i = 0; i < parts; i++) {
      const at = 1 + i * stride;
      this.sendKeyed([part, ...words.slice(at, at + stride)], 1, part, request.part(i));
    }
  }

  /** By its key's route to its key's host. */
  private sendKeyed(words: readonly string[], keyIndex: number, name: string, target: ReplyTarget): void {
    const key = words[keyIndex] ?? '';
    const route = this.proxy.routes.find(key);
    if (route === null) {
      target.onFailure(noHost);
      return;
    }
    const upstreamKey = keyUpstream(route, key);
    const sent = upstreamKey === key ? words : words.with(keyIndex, upstreamKey);
    const host = route.pool.hostOf(upstreamKey);
    const client = host === null ? null : route.pool.clientOf(host);
    if (client === null) target.onFailure(noHost);
    else client.send(encodeCommand(sent), name, target);
  }

  private everyHost(command: Command, stats: CommandStats): void {
    const { words, name, slot } = command;
    const join = joinOf(name, (words[1] ?? '').toLowerCase());
    if (join === undefined) {
      this.refuse(command, stats, 'ERR unsupported cluster scope command or invalid arguments');
      return;
    }
    const route = this.keylessRoute(name, words[1]);
    const shards = route?.pool.shardCount ?? 0;
    if (route === null || shards === 0) {
      this.refuse(command, stats, noHost);
      return;
    }
    const request = new SplitRequest(slot, stats, shards, join);
    const bytes = encodeCommand(words);
    for (let shard = 0; shard < shards; shard++) {
      sendToShard(route.pool, shard, bytes, name, request.part(shard));
    }
  }

  private anyHost(command: Command, stats: CommandStats): void {
    const { words, name, slot } = command;
    const argument = (words[1] ?? '').toLowerCase();
    if (name === 'cluster' && !clusterSubcommands.has(argument)) {
      this.refuse(command, stats, `ERR cluster subcommand '${argument}' is not supported`);
      return;
    }
    const isNumbered = name === 'info.shard';
    if (isNumbered && !/^\d{1,5}$/.test(argument)) {
      this.refuse(command, stats, 'ERR invalid shard_id - must be a numeric shard index');
      return;
    }
    const route = this.keylessRoute(name, words[1]);
    const shards = route?.pool.shardCount ?? 0;
    if (route === null || shards === 0) {
      this.refuse(command, stats, noHost);
      return;
    }
    const shard = isNumbered ? Number(argument) : this.proxy.scope.random.below(shards);
    const bytes = encodeCommand(isNumbered ? ['info', ...words.slice(2)] : words);
    sendToShard(route.pool, shard, bytes, name, new SingleRequest(slot, stats));
  }

  /** Commands without a key go where all keys without a route of their own go. */
  private keylessRoute(name: string, argument: string | undefined): KeyRoute | null {
    return this.proxy.routes.find(argument ?? name);
  }

  private refuseLength(command: Command, stats: CommandStats): void {
    this.refuse(command, stats, `wrong number of arguments for '${command.words[0] ?? ''}' command`);
  }

  private refuse(command: Command, stats: CommandStats, text: string): void {
    stats.counters.inc(D.error);
    command.slot.answer(respError(text));
  }
}

function sendToShard(pool: RedisPool, shard: number, bytes: string, name: string, target: ReplyTarget): void {
  const host = pool.hostOfShard(shard);
  const client = host === null ? null : pool.clientOf(host);
  if (client === null) target.onFailure(noHost);
  else client.send(bytes, name, target);
}
