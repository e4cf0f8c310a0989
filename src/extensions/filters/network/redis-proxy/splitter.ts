import { encodeCommand } from '../../../../codec/redis/encode-resp.js';
import { type CommandFacts, partOfMget, partOfMset } from './commands.js';
import { type JoinReplies, joinInOrder, joinOk, joinOne, joinSum } from './join-replies.js';
import type { KeyRoute, StreamInfoSource } from './key-routes.js';
import { nobody, type ReplyTarget } from './redis-client.js';
import type { RedisPool } from './redis-pool.js';
import type { KnownCommand, RedisProxy } from './redis-proxy.js';
import type { ReplySlot } from './reply-slot.js';
import { SplitRequest } from './requests.js';
import { clusterSubcommands, joinOf, shardNumber } from './shard-commands.js';

const noHost = 'no upstream host';

/** One command on its way to hosts: its words, the bytes it came in if they are known, and where the reply goes. */
export interface Command {
  readonly words: readonly string[];
  readonly bytes: string | null;
  readonly facts: KnownCommand;
  readonly slot: ReplySlot;
}

/** A command as it goes to one host. */
interface Part {
  readonly words: readonly string[];
  readonly bytes: string | null;
  readonly facts: CommandFacts;
  readonly target: ReplyTarget;
}

/** Sends commands to the hosts that their keys live on, in parts where one host cannot answer alone. */
export class Splitter {
  private readonly proxy: RedisProxy;
  private readonly connection: StreamInfoSource;

  constructor(proxy: RedisProxy, connection: StreamInfoSource) {
    this.proxy = proxy;
    this.connection = connection;
  }

  dispatch(command: Command): void {
    const { facts } = command;
    switch (facts.kind) {
      case 'simple':
        this.single(command, 1, 2);
        break;
      case 'eval':
        this.single(command, 3, 4);
        break;
      case 'object':
        this.single(command, 2, 3);
        break;
      case 'mget':
        this.perKey(command, 'get', partOfMget, 1, joinInOrder);
        break;
      case 'sum':
        this.perKey(command, command.words[0] ?? '', facts, 1, joinSum);
        break;
      case 'mset':
        this.perKey(command, 'set', partOfMset, 2, joinOk);
        break;
      case 'every-host':
        this.everyHost(command);
        break;
      default:
        this.anyHost(command);
    }
  }

  private single(command: Command, keyIndex: number, minWords: number): void {
    const { words, bytes, facts, slot } = command;
    if (words.length < minWords) refuseLength(command);
    else this.sendKeyed({ words, bytes, facts, target: slot }, keyIndex);
  }

  private perKey(
    command: Command,
    name: string,
    facts: CommandFacts,
    stride: number,
    join: JoinReplies,
  ): void {
    const { words, slot } = command;
    if ((words.length - 1) % stride !== 0) {
      refuseLength(command);
      return;
    }
    const parts = (words.length - 1) / stride;
    const request = new SplitRequest(slot, parts, join);
    for (let i = 0; i < parts; i++) {
      const at = 1 + i * stride;
      const own = [name, ...words.slice(at, at + stride)];
      this.sendKeyed({ words: own, bytes: null, facts, target: request.part(i) }, 1);
    }
  }

  /** By its key's route to its key's host. */
  private sendKeyed(part: Part, keyIndex: number): void {
    const { words, facts, target } = part;
    const key = words[keyIndex] ?? '';
    const route = this.proxy.routes.find(key);
    if (route === null) {
      target.onFailure(noHost);
      return;
    }
    const upstreamKey = route.keyUpstream(key, this.connection);
    const bytes =
      upstreamKey === key && part.bytes !== null
        ? part.bytes
        : encodeCommand(upstreamKey === key ? words : words.with(keyIndex, upstreamKey));
    if (!sendByKey(route.poolFor(facts), upstreamKey, bytes, facts, target)) return;
    for (const mirror of route.mirrors) {
      if (mirror.takes(facts)) sendByKey(mirror.pool, upstreamKey, bytes, facts, nobody);
    }
  }

  private everyHost(command: Command): void {
    const { facts, slot } = command;
    const { route, words } = this.withoutKey(command);
    const shards = route?.poolFor(facts).shardCount ?? 0;
    if (route === null || shards === 0) {
      slot.refuse(noHost);
      return;
    }
    const join = joinOf(facts.name, (command.words[1] ?? '').toLowerCase());
    if (join === undefined) {
      slot.refuse('ERR unsupported cluster scope command or invalid arguments');
      return;
    }
    const request = new SplitRequest(slot, shards, join);
    const bytes = encodeCommand(words);
    for (let shard = 0; shard < shards; shard++) {
      this.sendToShard(route, shard, bytes, facts, request.part(shard));
    }
  }

  private anyHost(command: Command): void {
    const { facts, slot } = command;
    const argument = (command.words[1] ?? '').toLowerCase();
    if (facts.name === 'cluster' && !clusterSubcommands.has(argument)) {
      slot.refuse(`ERR cluster subcommand '${argument}' is not supported`);
      return;
    }
    const isNumbered = facts.name === 'info.shard';
    if (isNumbered && command.words.length > 3) {
      refuseLength(command);
      return;
    }
    const wanted = isNumbered ? shardNumber(argument) : 0;
    if (wanted < 0) {
      slot.refuse('ERR invalid shard_id - must be a numeric shard index');
      return;
    }
    const { route, words } = this.withoutKey(command);
    const shards = route?.poolFor(facts).shardCount ?? 0;
    if (route === null || shards === 0) {
      slot.refuse(noHost);
      return;
    }
    const shard = isNumbered ? wanted : this.proxy.scope.random.below(shards);
    if (shard >= shards) {
      slot.refuse(`ERR shard_id ${shard} out of range (0-${shards - 1})`);
      return;
    }
    const bytes = encodeCommand(isNumbered ? ['INFO', ...words.slice(2)] : words);
    this.sendToShard(route, shard, bytes, facts, new SplitRequest(slot, 1, joinOne).part(0));
  }

  /** Commands without a key go where no prefix is asked for; SCAN alone takes its cursor for a key, as in Envoy. */
  private withoutKey({ facts, words }: Command): { route: KeyRoute | null; words: readonly string[] } {
    if (facts.name !== 'scan') return { route: this.proxy.routes.find(''), words };
    const cursor = words[1] ?? '';
    const route = this.proxy.routes.find(cursor);
    return {
      route,
      words: route === null ? words : words.with(1, route.keyUpstream(cursor, this.connection)),
    };
  }

  private sendToShard(
    route: KeyRoute,
    shard: number,
    bytes: string,
    facts: CommandFacts,
    target: ReplyTarget,
  ): void {
    if (!sendByShard(route.poolFor(facts), shard, bytes, facts, target)) return;
    for (const mirror of route.mirrors) {
      if (mirror.takes(facts)) sendByShard(mirror.pool, shard, bytes, facts, nobody);
    }
  }
}

function refuseLength({ words, slot }: Command): void {
  slot.refuse(`wrong number of arguments for '${words[0] ?? ''}' command`);
}

function sendByKey(
  pool: RedisPool,
  key: string,
  bytes: string,
  facts: CommandFacts,
  target: ReplyTarget,
): boolean {
  const host = pool.hostOf(key, facts);
  const client = host === null ? null : pool.clientOf(host);
  if (client === null) target.onFailure(noHost);
  else client.send(bytes, facts, target);
  return client !== null;
}

function sendByShard(
  pool: RedisPool,
  shard: number,
  bytes: string,
  facts: CommandFacts,
  target: ReplyTarget,
): boolean {
  const host = pool.hostOfShard(shard, facts);
  const client = host === null ? null : pool.clientOf(host);
  if (client === null) target.onFailure(noHost);
  else client.send(bytes, facts, target);
  return client !== null;
}
