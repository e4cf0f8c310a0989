import { encodeResp } from '../../../../codec/redis/encode-resp.js';
import {
  type RespValue,
  respArray,
  respError,
  respInteger,
  respSimple,
} from '../../../../codec/redis/resp-value.js';

export interface JoinedReply {
  readonly value: RespValue;
  /** What the stats are told. */
  readonly isError: boolean;
}

/** Makes one reply of many. */
export type JoinReplies = (replies: readonly RespValue[]) => JoinedReply;

export const upstreamProtocolError = 'upstream protocol error';

function isErrorValue(value: RespValue): boolean {
  return value.type === '-' || value.type === '!';
}

function failed(text: string): JoinedReply {
  return { value: respError(text), isError: true };
}

function finishedWith(errors: number): JoinedReply {
  return failed(`finished with ${errors} error(s)`);
}

/** The first reply that is an error, if any is. */
function firstError(replies: readonly RespValue[]): JoinedReply | null {
  const value = replies.find(isErrorValue);
  return value === undefined ? null : { value, isError: true };
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
    reply.type === '$' || reply.type === 'null' || isErrorValue(reply)
      ? reply
      : respError(upstreamProtocolError),
  );
  return { value: respArray(items), isError: items.some(isErrorValue) };
};

function flatItems(
  replies: readonly RespValue[],
  takesMaps: boolean,
): { readonly items: RespValue[]; readonly others: number } {
  const items: RespValue[] = [];
  let others = 0;
  for (const reply of replies) {
    if (reply.type === '*' || (takesMaps && reply.type === '%'))
      for (const item of reply.items) items.push(item);
    else others++;
  }
  return { items, others };
}

/** The reply of one host, whose errors count as such. */
export const joinOne: JoinReplies = (replies) => {
  const [value = respError(upstreamProtocolError)] = replies;
  return { value, isError: isErrorValue(value) };
};

/** The items of all replies as one array; errors are told by their number. */
export const joinCounted: JoinReplies = (replies) => {
  const { items, others } = flatItems(replies, false);
  return others > 0 ? finishedWith(others) : { value: respArray(items), isError: false };
};

/** Likewise; an error stands for all. */
export const joinFlat: JoinReplies = (replies) => {
  const error = firstError(replies);
  if (error !== null) return error;
  const { items, others } = flatItems(replies, true);
  return others > 0
    ? failed('non-array response received from shard')
    : { value: respArray(items), isError: false };
};

/** Arrays stay arrays, one behind the other. */
export const joinNested: JoinReplies = (replies) => {
  const error = firstError(replies);
  if (error !== null) return error;
  return replies.some(({ type }) => type !== '*')
    ? failed('non-array response received from shard')
    : { value: respArray(replies), isError: false };
};

/** The first reply stands for all: they are the same, or one of them is an error. */
export const joinSame: JoinReplies = (replies) => {
  const error = firstError(replies);
  if (error !== null) return error;
  const [first = respError(upstreamProtocolError), ...rest] = replies;
  const text = encodeResp(first, 3);
  return rest.some((reply) => encodeResp(reply, 3) !== text)
    ? failed('all responses not same')
    : { value: first, isError: false };
};

export const joinIntegers: JoinReplies = (replies) => {
  const error = firstError(replies);
  if (error !== null) return error;
  let sum = 0;
  for (const reply of replies) {
    if (reply.type !== ':') return failed('non-integer response received from shard');
    if (reply.text.startsWith('-')) return failed('negative value received from upstream');
    sum += Number(reply.text);
  }
  return { value: respInteger(sum), isError: false };
};
