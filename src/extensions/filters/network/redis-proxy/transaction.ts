import { encodeCommand } from '../../../../codec/redis/encode-resp.js';
import { respArray, respError, respSimple } from '../../../../codec/redis/resp-value.js';
import type { CommandKind } from './commands.js';
import { keyUpstream } from './key-routes.js';
import { nobody, type RedisClient, type ReplyTarget } from './redis-client.js';
import type { RedisProxy } from './redis-proxy.js';
import { D } from './redis-stats.js';
import { SingleRequest } from './requests.js';
import type { Command } from './splitter.js';

/** What may stand between MULTI and EXEC. */
const allowed: ReadonlySet<CommandKind> = new Set<CommandKind>([
  'simple',
  'sum',
  'mget',
  'mset',
  'transaction',
]);

/**
 * The transaction of one client, on a connection of its own to the host of the first key.
 *
 *   none ──MULTI──► open, no connection ──first key──► open ──EXEC or DISCARD──► none
 *     └──WATCH──► watching (a connection, not open) ──MULTI──► open
 */
export class Transaction {
  private readonly proxy: RedisProxy;
  private client: RedisClient | null;
  private prefix: string;
  private hasSentMulti: boolean;
  isOpen: boolean;

  constructor(proxy: RedisProxy) {
    this.proxy = proxy;
    this.client = null;
    this.prefix = '';
    this.hasSentMulti = false;
    this.isOpen = false;
  }

  dispatch(command: Command, kind: CommandKind): void {
    const { name, slot, words } = command;
    this.proxy.statsOf(this.isOpen ? 'multi' : name).counters.inc(D.total);
    if (!allowed.has(kind)) {
      slot.answer(respError(`'${words[0] ?? ''}' command is not supported within transaction`));
    } else if (name === 'multi') this.begin(command);
    else if (name === 'exec' || name === 'discard') this.end(command);
    else if (name === 'unwatch') this.unwatch(command);
    else this.send(command);
  }

  /** The client is gone, or the transaction is. */
  close(): void {
    const { client } = this;
    this.client = null;
    this.isOpen = false;
    this.hasSentMulti = false;
    client?.close();
  }

  /** A lost connection stays here: what comes before EXEC fails on it. */
  onClientOver(): void {
    // Asked of the connection when the next command is sent.
  }

  private begin(command: Command): void {
    if (this.isOpen) {
      command.slot.answer(respError('MULTI calls can not be nested'));
      return;
    }
    this.isOpen = true;
    command.slot.answer(respSimple('OK'));
  }

  private end(command: Command): void {
    const isExec = command.name === 'exec';
    if (!this.isOpen) {
      command.slot.answer(respError(`${command.name.toUpperCase()} without MULTI`));
      return;
    }
    if (this.client === null) {
      command.slot.answer(isExec ? respArray([]) : respSimple('OK'));
      this.close();
      return;
    }
    this.sendMulti(this.client);
    this.sendLast(command, this.client);
  }

  private unwatch(command: Command): void {
    const { client, isOpen } = this;
    if (client === null || isOpen) command.slot.answer(respSimple(isOpen ? 'QUEUED' : 'OK'));
    else this.sendLast(command, client);
  }

  /** Ends the transaction; the connection goes when it has answered. */
  private sendLast(command: Command, client: RedisClient): void {
    client.send(encodeCommand(command.words), command.name, this.requestOf(command));
    this.client = null;
    this.isOpen = false;
    this.hasSentMulti = false;
    client.closeWhenAnswered();
  }

  private send(command: Command): void {
    const request = this.requestOf(command);
    const words = this.connect(command.words);
    if (this.client === null) {
      request.onFailure('no upstream host');
      return;
    }
    if (this.isOpen) this.sendMulti(this.client);
    this.client.send(encodeCommand(words), command.name, request);
  }

  /** Dials for the first key; answers the words as the host is to see them. */
  private connect(words: readonly string[]): readonly string[] {
    const key = words[1] ?? '';
    if (this.client !== null) {
      return this.prefix !== '' && key.startsWith(this.prefix)
        ? words.with(1, key.slice(this.prefix.length))
        : words;
    }
    const route = this.proxy.routes.find(key);
    if (route === null) return words;
    const upstreamKey = keyUpstream(route, key);
    const host = route.pool.hostOf(upstreamKey);
    this.prefix = route.config.removesPrefix ? route.prefix : '';
    this.client = host === null ? null : route.pool.dedicated(host, this);
    return upstreamKey === key ? words : words.with(1, upstreamKey);
  }

  private sendMulti(client: RedisClient): void {
    if (this.hasSentMulti) return;
    this.hasSentMulti = true;
    client.send(encodeCommand(['MULTI']), 'multi', nobody);
  }

  private requestOf(command: Command): ReplyTarget {
    return new SingleRequest(command.slot, this.proxy.statsOf(this.isOpen ? 'multi' : command.name));
  }
}
