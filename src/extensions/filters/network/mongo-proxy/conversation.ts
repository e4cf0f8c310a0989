import type { ConnectionControl } from '../../../../api/network-filter.js';
import {
  type MongoMessage,
  MsgFlag,
  type MsgMessage,
  QueryFlag,
  type QueryMessage,
  ReplyFlag,
  type ReplyMessage,
} from '../../../../codec/mongo/wire-message.js';
import { ActiveQueries } from './active-queries.js';
import type { MessageMetadata } from './message-metadata.js';
import { messageText } from './message-text.js';
import { type MongoProxy, Switch } from './mongo-proxy.js';
import { M, type OperationStats, X } from './mongo-stats.js';
import { commandInfo, type QueryInfo, queryInfo } from './query-info.js';

/** What a connection does about what is said on it. */
export interface ConversationOwner {
  /** The client asked for something. */
  onRequest(): void;
  /** A reply, and nobody waits for another. */
  onAllAnswered(): void;
}

/** What is said on one connection: counted, timed, logged. */
export class Conversation {
  readonly active: ActiveQueries;
  private readonly proxy: MongoProxy;
  private readonly control: ConnectionControl;
  private readonly owner: ConversationOwner;
  private readonly metadata: MessageMetadata | null;
  private readonly isLogged: boolean;

  constructor(
    proxy: MongoProxy,
    control: ConnectionControl,
    owner: ConversationOwner,
    metadata: MessageMetadata | null,
  ) {
    this.proxy = proxy;
    this.control = control;
    this.owner = owner;
    this.metadata = metadata;
    this.active = new ActiveQueries(proxy.stats);
    this.isLogged = proxy.log !== null && proxy.isOn(Switch.connectionLogging);
  }

  /** False: whatever this was, it was no MongoDB. */
  onMessage(message: MongoMessage): boolean {
    const { stats } = this.proxy;
    switch (message.op) {
      case 'query':
        return this.onQuery(message);
      case 'reply':
        return this.onReply(message);
      case 'msg':
        return message.isReply ? this.onMsgReply(message) : this.onMsg(message);
      case 'getMore':
        return this.onPlainRequest(message, M.op_get_more);
      case 'insert':
        this.owner.onRequest();
        this.metadata?.add('insert', message.collection);
        stats.inc(M.op_insert);
        this.log(message);
        return true;
      case 'killCursors':
        return this.onPlainRequest(message, M.op_kill_cursors);
      case 'command':
        return this.onPlainRequest(message, M.op_command);
      case 'commandReply':
        return this.onPlainRequest(message, M.op_command_reply);
    }
  }

  private onPlainRequest(message: MongoMessage, counter: number): true {
    this.owner.onRequest();
    this.proxy.stats.inc(counter);
    this.log(message);
    return true;
  }

  private onQuery(message: QueryMessage): boolean {
    const { stats } = this.proxy;
    const { flags } = message;
    this.owner.onRequest();
    this.metadata?.add('query', message.collection);
    stats.inc(M.op_query);
    this.log(message);
    if ((flags & QueryFlag.tailableCursor) !== 0) stats.inc(M.op_query_tailable_cursor);
    if ((flags & QueryFlag.noCursorTimeout) !== 0) stats.inc(M.op_query_no_cursor_timeout);
    if ((flags & QueryFlag.awaitData) !== 0) stats.inc(M.op_query_await_data);
    if ((flags & QueryFlag.exhaust) !== 0) stats.inc(M.op_query_exhaust);
    const info = queryInfo(message);
    if (info === null) return false;
    this.active.add(message.requestId, this.proxy.scope.clock.now(), this.charge(info));
    return true;
  }

  private onMsg(message: MsgMessage): boolean {
    this.owner.onRequest();
    this.metadata?.addCommand(message.body);
    this.proxy.ownStats.inc(X.op_msg);
    this.log(message);
    const info = commandInfo(message.body);
    if (info === null) return false;
    const charged = this.charge(info);
    if ((message.flags & MsgFlag.moreToCome) !== 0) return true;
    this.active.add(message.requestId, this.proxy.scope.clock.now(), charged);
    return true;
  }

  /** Counts a request; answers what its reply counts for. */
  private charge(info: QueryInfo): readonly OperationStats[] {
    const { names, stats } = this.proxy;
    if (info.command !== '') {
      const command = names.command(info.command);
      command?.start('primary-key');
      return command === null ? [] : [command];
    }
    if (info.maxTimeMs < 1) stats.inc(M.op_query_no_max_time);
    if (info.kind === 'scatter-get') stats.inc(M.op_query_scatter_get);
    if (info.kind === 'multi-get') stats.inc(M.op_query_multi_get);
    const charged: OperationStats[] = [];
    const collection = names.collection(info.collection);
    if (collection !== null) charged.push(collection);
    const callSite = info.callSite === '' ? null : names.callSite(info.collection, info.callSite);
    if (callSite !== null) charged.push(callSite);
    for (const it of charged) it.start(info.kind);
    return charged;
  }

  private onReply(message: ReplyMessage): true {
    const { stats } = this.proxy;
    const { documents, responseTo, flags } = message;
    stats.inc(M.op_reply);
    this.log(message);
    if (message.cursor !== 0n) stats.inc(M.op_reply_valid_cursor);
    if ((flags & ReplyFlag.cursorNotFound) !== 0) stats.inc(M.op_reply_cursor_not_found);
    if ((flags & ReplyFlag.queryFailure) !== 0) stats.inc(M.op_reply_query_failure);
    let bytes = 0;
    for (const { byteLength } of documents) bytes += byteLength;
    this.answered(responseTo, documents.length, bytes, null);
    return true;
  }

  /** An answer with more to come is itself what the next one responds to. */
  private onMsgReply(message: MsgMessage): true {
    const { body, sequences, requestId, responseTo, flags } = message;
    this.proxy.ownStats.inc(X.op_msg_reply);
    this.log(message);
    let [count, bytes] = [1, body.byteLength];
    for (const { documents } of sequences) {
      count += documents.length;
      for (const { byteLength } of documents) bytes += byteLength;
    }
    this.answered(responseTo, count, bytes, (flags & MsgFlag.moreToCome) === 0 ? null : requestId);
    return true;
  }

  private answered(responseTo: number, documents: number, bytes: number, nextId: number | null): void {
    this.active.finish(responseTo, documents, bytes, this.proxy.scope.clock.now(), nextId);
    if (this.active.isEmpty) this.owner.onAllAnswered();
  }

  private log(message: MongoMessage): void {
    const { proxy, control } = this;
    if (!this.isLogged || proxy.log === null || !proxy.isOn(Switch.logging)) return;
    const time = new Date(proxy.scope.clock.wallMs()).toISOString();
    const host = control.record.upstreamHost?.address.text ?? '-';
    proxy.log.write(`{"time": "${time}", "message": ${messageText(message)}, "upstream_host": "${host}"}\n`);
  }
}
