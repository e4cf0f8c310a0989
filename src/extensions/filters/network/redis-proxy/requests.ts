import {
  type RespValue,
  respArray,
  respError,
  respInteger,
  respSimple,
} from '../../../../codec/redis/resp-value.js';
import type { ReplyTarget } from './redis-client.js';
import type { CommandStats } from './redis-stats.js';

/** Where the reply to a client's command goes. */
export interface ReplySlot {
  readonly startedMs: number;
  readonly nowMs: number;
  answer(value: RespValue): void;
}

/** A command that one host answers. */
export class SingleRequest implements ReplyTarget {
  private readonly slot: ReplySlot;
  private readonly stats: CommandStats;

  constructor(slot: ReplySlot, stats: CommandStats) {
    this.slot = slot;
    this.stats = stats;
  }

  onReply(value: RespValue): void {
    this.stats.finish(false, this.slot.nowMs - this.slot.startedMs);
    this.slot.answer(value);
  }

  onFailure(reason: string): void {
    this.stats.finish(true, this.slot.nowMs - this.slot.startedMs);
    this.slot.answer(respError(reason));
  }
}

/** Makes one reply of many; `isError` tells the stats what became of the command. */
export type JoinReplies = (replies: readonly RespValue[]) => {
  readonly value: RespValue;
  readonly isError: boolean;
};

/** A command in several parts, answered when the last of them is. */
export class SplitRequest {
  private readonly slot: ReplySlot;
  private readonly stats: CommandStats;
  private readonly join: JoinReplies;
  private readonly replies: RespValue[];
  private left: number;

  constructor(slot: ReplySlot, stats: CommandStats, parts: number, join: JoinReplies) {
    this.slot = slot;
    this.stats = stats;
    this.join = join;
    this.replies = new Array<RespValue>(parts);
    this.left = parts;
  }

  part(index: number): ReplyTarget {
    return {
      onReply: (value) => this.take(index, value),
      onFailure: (reason) => this.take(index, respError(reason)),
    };
  }

  private take(index: number, value: RespValue): void {
    this.replies[index] = value;
    this.left--;
    if (this.left > 0) return;
    const { value: joined, isError } = this.join(this.replies);
    this.stats.finish(isError, this.slot.nowMs - this.slot.startedMs);
    this.slot.answer(joined);
  }
}

function finishedWith(errors: number): { readonly value: RespValue; readonly isError: boolean } {
  return { value: respError(`finished with ${errors} error(s)`), isError: true };
}

export const joinSum: JoinReplies = (replies) => {
  let sum = 0;
  let errors = 0;
  for (const reply of replies) {
    if (reply.type === ':') sum += Number(reply.text);
    else errors++;
  }
  return errors > 0 ? finishedWith(errors) : { value: respInteger(sum), isError: false };
};

export const joinOk: JoinReplies = (replies) => {
  const errors = replies.filter((reply) => reply.type !== '+' || reply.text !== 'OK').length;
  return errors > 0 ? finishedWith(errors) : { value: respSimple('OK'), isError: false };
};

export const joinInOrder: JoinReplies = (replies) => {
  const items = replies.map((reply) =>
    reply.type === '$' || reply.type === 'null' || reply.type === '-'
      ? reply
      : respError('upstream protocol error'),
  );
  return { value: respArray(items), isError: items.some((item) => item.type === '-') };
};

/** The items of all replies as one array; with `counts` errors are told by their number. */
export function joinArrays(replies: readonly RespValue[], counts: boolean): ReturnType<JoinReplies> {
  const items: RespValue[] = [];
  let errors = 0;
  for (const reply of replies) {
    if (reply.type === '*') for (const item of reply.items) items.push(item);
    else errors++;
  }
  if (errors === 0) return { value: respArray(items), isError: false };
  return counts ? finishedWith(errors) : firstError(replies);
}

export function joinNested(replies: readonly RespValue[]): ReturnType<JoinReplies> {
  return replies.some((reply) => reply.type === '-')
    ? firstError(replies)
    : { value: respArray(replies), isError: false };
}

/** The first reply stands for all, unless one of them is an error. */
export function joinSame(replies: readonly RespValue[]): ReturnType<JoinReplies> {
  return replies.some((reply) => reply.type === '-')
    ? firstError(replies)
    : { value: replies[0] ?? respError('no upstream host'), isError: false };
}

export function joinIntegers(replies: readonly RespValue[]): ReturnType<JoinReplies> {
  const { value, isError } = joinSum(replies);
  return isError ? firstError(replies) : { value, isError };
}

function firstError(replies: readonly RespValue[]): ReturnType<JoinReplies> {
  const error = replies.find((reply) => reply.type === '-') ?? respError('upstream protocol error');
  return { value: error, isError: true };
}
