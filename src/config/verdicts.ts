import type { Origin, Verdict } from '../api/config-node.js';
import type { ProblemList } from './problem-list.js';
import { type FieldValue, MessageValue, type Value } from './tree/message-value.js';

/** What became of one field of the file. */
export interface FieldReport {
  readonly origin: Origin;
  readonly verdict: Verdict;
  readonly reason: string;
}

/** Written out, but the same as absent. */
function isZero(field: FieldValue): boolean {
  const { value, type } = field;
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  if (type.hasPresence) return false;
  return value === 0 || value === '' || value === false;
}

type Visit = (
  message: MessageValue,
  field: FieldValue,
  verdict: Verdict,
  reason: string,
  isTop: boolean,
) => void;

function messagesOf(value: Value): readonly MessageValue[] {
  const found: MessageValue[] = [];
  const add = (item: unknown): void => {
    if (item instanceof MessageValue) found.push(item.inner ?? item);
  };
  if (Array.isArray(value)) value.forEach(add);
  else if (value instanceof Map) [...value.values()].forEach(add);
  else add(value);
  return found;
}

interface Inherited {
  readonly verdict: Verdict;
  readonly reason: string;
}

function verdictOf(field: FieldValue, inherited: Inherited | undefined): Inherited {
  if (inherited !== undefined) return inherited;
  if (field.verdict !== 'unread') return { verdict: field.verdict, reason: field.reason };
  if (isZero(field)) return { verdict: 'honoured', reason: 'the default' };
  return { verdict: 'unsupported', reason: 'not supported yet' };
}

function ofWhole(message: MessageValue): Inherited | undefined {
  if (message.whole === undefined || message.whole === 'unread') return undefined;
  return { verdict: message.whole, reason: '' };
}

/** Calls `visit` for every field that is present; a field below one without effect shares its verdict. */
function walk(message: MessageValue, inherited: Inherited | undefined, visit: Visit): void {
  const above = inherited ?? ofWhole(message);
  for (const field of message.fields.values()) {
    const own = verdictOf(field, above);
    visit(message, field, own.verdict, own.reason, above === undefined);
    const passed = own.verdict === 'honoured' ? above : own;
    for (const inner of messagesOf(field.value)) walk(inner, passed, visit);
  }
}

/** Adds every unsupported field to the list, once for a message that is unsupported as a whole. */
export function collectUnsupported(root: MessageValue, problems: ProblemList): void {
  walk(root, undefined, (message, field, verdict, reason, isTop) => {
    if (verdict !== 'unsupported' || !isTop) return;
    const text =
      reason === '' || reason === 'not supported yet'
        ? 'is not supported yet'
        : `is not supported: ${reason}`;
    const path = message.pathOf(field.type.name);
    problems.unsupported.push(field.source.problem(field.at, path, `"${field.type.name}" ${text}`));
  });
}

/** One entry for every field of the file, in file order. */
export function fieldReports(root: MessageValue): readonly FieldReport[] {
  const reports: FieldReport[] = [];
  walk(root, undefined, (message, field, verdict, reason) => {
    const { line, column } = field.source.position(field.at);
    const path = message.pathOf(field.type.name);
    reports.push({ origin: { source: field.source.name, line, column, path }, verdict, reason });
  });
  return reports;
}
