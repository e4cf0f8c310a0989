import { type RespValue, respError } from '../../../../codec/redis/resp-value.js';
import type { JoinReplies } from './join-replies.js';
import type { ReplyTarget } from './redis-client.js';
import type { ReplySlot } from './reply-slot.js';

/** A command in several parts, answered when the last of them is. */
export class SplitRequest {
  readonly slot: ReplySlot;
  private readonly join: JoinReplies;
  private readonly replies: RespValue[];
  private left: number;

  constructor(slot: ReplySlot, parts: number, join: JoinReplies) {
    this.slot = slot;
    this.join = join;
    this.replies = new Array<RespValue>(parts);
    this.left = parts;
  }

  part(index: number): ReplyTarget {
    return new RequestPart(this, index);
  }

  take(index: number, value: RespValue): void {
    this.replies[index] = value;
    this.left--;
    if (this.left > 0) return;
    const { value: joined, isError } = this.join(this.replies);
    this.slot.finish(joined, isError);
  }
}

class RequestPart implements ReplyTarget {
  private readonly request: SplitRequest;
  private readonly index: number;

  constructor(request: SplitRequest, index: number) {
    this.request = request;
    this.index = index;
  }

  get isCancelled(): boolean {
    return this.request.slot.isCancelled;
  }

  onReply(value: RespValue): void {
    this.request.take(this.index, value);
  }

  onFailure(reason: string): void {
    this.request.take(this.index, respError(reason));
  }
}
