import { joinInfo } from './join-info.js';
import {
  type JoinReplies,
  joinCounted,
  joinFlat,
  joinIntegers,
  joinNested,
  joinSame,
} from './join-replies.js';

/** How the replies of all hosts become one, by command or by command and sub-command. */
const joins: ReadonlyMap<string, JoinReplies> = new Map<string, JoinReplies>([
  ['config get', joinFlat],
  ['config set', joinSame],
  ['config resetstat', joinSame],
  ['config rewrite', joinSame],
  ['flushall', joinSame],
  ['flushdb', joinSame],
  ['keys', joinFlat],
  ['role', joinNested],
  ['scan', joinCounted],
  ['script', joinSame],
  ['select', joinSame],
  ['slowlog get', joinFlat],
  ['slowlog len', joinIntegers],
  ['slowlog reset', joinSame],
]);

/** Undefined: no host is asked that. */
export function joinOf(command: string, subcommand: string): JoinReplies | undefined {
  if (command === 'info') return (replies) => joinInfo(replies, subcommand);
  return joins.get(command) ?? joins.get(`${command} ${subcommand}`);
}

export const clusterSubcommands: ReadonlySet<string> = new Set(['info', 'keyslot', 'nodes', 'slots']);

/** Which shard `INFO.SHARD` asks for; −1 for what Envoy does not take for a number of 16 bits. */
export function shardNumber(text: string): number {
  const digits = /^[\t-\r ]*\+?0*(\d{1,5})[\t-\r ]*$/.exec(text)?.[1];
  const number = Number(digits ?? -1);
  return number > 65_535 ? -1 : number;
}
