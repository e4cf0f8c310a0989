import type { RespValue } from '../codec/redis/resp-value.js';
import type { SlotRange } from './redis-shards.js';

/** A host as `CLUSTER SLOTS` names it. */
export interface SlotHost {
  /** An address or a name. */
  readonly name: string;
  readonly port: number;
}

/** A run of slots, and who serves it. */
export interface SlotEntry {
  readonly range: SlotRange;
  readonly primary: SlotHost;
  readonly replicas: readonly SlotHost[];
}

/** Reads the answer to `CLUSTER SLOTS`; null for anything else, an empty cluster included. */
export function readSlots(value: RespValue): readonly SlotEntry[] | null {
  if (value.type !== '*' || value.items.length === 0) return null;
  const entries: SlotEntry[] = [];
  for (const item of value.items) {
    const entry = readEntry(item);
    if (entry === null) return null;
    entries.push(entry);
  }
  return entries;
}

function readEntry(value: RespValue): SlotEntry | null {
  if (value.type !== '*') return null;
  const [first, last, ...hosts] = value.items;
  if (first?.type !== ':' || last?.type !== ':') return null;
  const [from, to] = [Number(first.text), Number(last.text)];
  if (from < 0 || to < from || to > 16_383) return null;
  const read: SlotHost[] = [];
  for (const item of hosts) {
    const host = readHost(item);
    if (host === null) return null;
    read.push(host);
  }
  const [primary, ...replicas] = read;
  return primary === undefined ? null : { range: [from, to], primary, replicas };
}

function readHost(value: RespValue): SlotHost | null {
  if (value.type !== '*') return null;
  const [name, port] = value.items;
  if (name?.type !== '$' || name.text === '' || port?.type !== ':') return null;
  const number = Number(port.text);
  return number < 0 || number > 65_535 ? null : { name: name.text, port: number };
}

/** Where a host says it is, in its answer to `INFO`; empty: it does not say. */
export function readZone(value: RespValue | null): string {
  if (value?.type !== '$') return '';
  return /availability_zone:([^\r\n]*)/.exec(value.text)?.[1] ?? '';
}
