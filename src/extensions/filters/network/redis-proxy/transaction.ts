import { encodeCommand } from '../../../../codec/redis/encode-resp.js';
import { respArray, respError, respSimple } from '../../../../codec/redis/resp-value.js';
import { ownMulti } from './commands.js';
import type { KeyRoute, StreamInfoSource } from './key-routes.js';
import { type ClientOwner, nobody, type RedisClient } from './redis-client.js';
import type { RedisProxy } from './redis-proxy.js';
import type { Command } from './splitter.js';

/**
 * The transaction of one client, on a connection of its own to the host of the first key; mirrors have connections of
 * their own, too.
 *
 *   none ──MULTI──► open, no connection ──first key──► open ──EXEC or DISCARD──► none
 *     └──WATCH──► watching (a connection, not open) ──MULTI──► open
 *
 * It is over as well when the connection is.
 */
export class Transaction implements ClientOwner {
  private readonly proxy: RedisProxy;
  private readonly connection: StreamInfoSource;
  private client: RedisClient | null;
  private mirrors: RedisClient[];
  /** Those of transactions whose end is not answered yet, by their clients. */
  private readonly ending: Map<RedisClient, readonly RedisClient[]>;
  private route: KeyRoute | null;
  private hasSentMulti: boolean;
  isOpen: boolean;

  constructor(proxy: RedisProxy, connection: StreamInfoSource) {
    this.proxy = proxy;
    this.connection = connection;
    this.client = null;
    this.mirrors = [];
    this.ending = new Map();
    this.route = null;
    this.hasSentMulti = false;
    this.isOpen = false;
  }

  dispatch(command: Command): void {
    const { facts, slot, words } = command;
    if (!facts.isTransactional) {
      slot.answer(respError(`'${words[0] ?? ''}' command is not supported within transaction`));
    } else if (facts.name === 'watch' && words.length < 2) {
      slot.answer(respError(`wrong number of arguments for '${words[0] ?? ''}' command`));
    } else if (facts.name === 'multi') this.begin(command);
    else if (facts.name === 'exec' || facts.name === 'discard') this.end(command);
    else if (facts.name === 'unwatch') this.unwatch(command);
    else this.send(command);
  }

  /** The client is gone, or the transaction is. */
  close(): void {
    const { client } = this;
    this.forget();
    client?.close();
    for (const each of [...this.ending.keys()]) each.close();
  }

  onClientOver(client: RedisClient): void {
    if (client === this.client) this.forget();
    const mirrors = this.ending.get(client) ?? [];
    this.ending.delete(client);
    for (const mirror of mirrors) mirror.close();
  }

  private forget(): void {
    const { mirrors } = this;
    this.client = null;
    this.mirrors = [];
    this.route = null;
    this.isOpen = false;
    this.hasSentMulti = false;
    for (const mirror of mirrors) mirror.close();
  }

  private begin(command: Command): void {
    if (this.isOpen) {
      command.slot.answer(respError('MULTI calls can not be nested'));
      return;
    }
    this.isOpen = true;
    if (this.client === null) {
      command.slot.answer(respSimple('OK'));
      return;
    }
    this.hasSentMulti = true;
    this.transmit(this.client, command, command.words);
  }

  private end(command: Command): void {
    const isExec = command.facts.name === 'exec';
    if (!this.isOpen) {
      command.slot.answer(respError(`${command.facts.name.toUpperCase()} without MULTI`));
      return;
    }
    if (this.client === null) {
      command.slot.answer(isExec ? respArray([]) : respSimple('OK'));
      this.forget();
    } else this.sendLast(command, this.client);
  }

  private unwatch(command: Command): void {
    const { client, isOpen } = this;
    if (client === null) command.slot.answer(respSimple(isOpen ? 'QUEUED' : 'OK'));
    else if (isOpen) this.transmit(client, command, command.words);
    else this.sendLast(command, client);
  }

  /** Ends the transaction; the connection goes when it has answered. */
  private sendLast(command: Command, client: RedisClient): void {
    this.transmit(client, command, command.words);
    // Over already when its connection is.
    if (this.client === null) return;
    this.ending.set(client, this.mirrors);
    this.client = null;
    this.mirrors = [];
    this.forget();
    client.closeWhenAnswered();
  }

  private send(command: Command): void {
    const words = this.connect(command);
    if (this.client === null) {
      command.slot.onFailure('no upstream host');
      return;
    }
    if (this.isOpen && !this.hasSentMulti) {
      this.hasSentMulti = true;
      for (const client of [this.client, ...this.mirrors]) {
        client.send(encodeCommand(['MULTI']), ownMulti, nobody);
      }
    }
    if (this.client !== null) this.transmit(this.client, command, words);
  }

  private transmit(client: RedisClient, command: Command, words: readonly string[]): void {
    const bytes = encodeCommand(words);
    client.send(bytes, command.facts, command.slot);
    for (const mirror of this.mirrors) mirror.send(bytes, command.facts, nobody);
  }

  /** Dials for the first key; answers the words as the host is to see them. */
  private connect({ words, facts }: Command): readonly string[] {
    const key = words[1] ?? '';
    const known = this.route;
    const route = known ?? this.proxy.routes.find(key);
    if (route === null) return words;
    // Every key belongs to the route of the first one.
    const isOwn = known === null || (route.prefix !== '' && this.proxy.routes.find(key) === route);
    const upstreamKey = isOwn ? route.keyUpstream(key, this.connection) : key;
    if (this.client === null) this.dial(route, upstreamKey, { words, facts });
    return upstreamKey === key ? words : words.with(1, upstreamKey);
  }

  private dial(route: KeyRoute, key: string, { facts }: Pick<Command, 'words' | 'facts'>): void {
    const open = (pool: KeyRoute['pool']): RedisClient | null => {
      const host = pool.hostOf(key, facts);
      return host === null ? null : pool.dedicated(host, this);
    };
    this.route = route;
    this.client = open(route.pool);
    for (const mirror of route.mirrors) {
      const client = open(mirror.pool);
      if (client !== null) this.mirrors.push(client);
    }
  }
}
