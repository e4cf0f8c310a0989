import type { JoinReplies } from './requests.js';
import { joinArrays, joinIntegers, joinNested, joinSame } from './requests.js';

const flat: JoinReplies = (replies) => joinArrays(replies, false);
const counted: JoinReplies = (replies) => joinArrays(replies, true);

/** How the replies of all hosts become one, by command or by command and sub-command. */
const joins: ReadonlyMap<string, JoinReplies> = new Map<string, JoinReplies>([
  ['config get', flat],
  ['config set', joinSame],
  ['config resetstat', joinSame],
  ['config rewrite', joinSame],
  ['flushall', joinSame],
  ['flushdb', joinSame],
  ['info', joinSame],
  ['keys', flat],
  ['role', joinNested],
  ['scan', counted],
  ['script', joinSame],
  ['select', joinSame],
  ['slowlog get', flat],
  ['slowlog len', joinIntegers],
  ['slowlog reset', joinSame],
]);

/** Undefined: no host is asked that. */
export function joinOf(command: string, subcommand: string): JoinReplies | undefined {
  return joins.get(command) ?? joins.get(`${command} ${subcommand}`);
}

export const clusterSubcommands: ReadonlySet<string> = new Set(['info', 'keyslot', 'nodes', 'slots']);
