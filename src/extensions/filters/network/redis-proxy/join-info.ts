import { type RespValue, respBulk, respError } from '../../../../codec/redis/resp-value.js';
import { infoFields } from './info-fields.js';
import type { JoinedReply } from './join-replies.js';

/** What one field of INFO says for all hosts. */
interface Gathered {
  text: string;
  number: number;
}

/** INFO of all hosts as one: sums and maxima of numbers, the first host's word for the rest, in Envoy's order. */
export function joinInfo(replies: readonly RespValue[], section: string): JoinedReply {
  const error = replies.find(({ type }) => type === '-' || type === '!');
  if (error !== undefined) return { value: error, isError: true };
  const gathered = new Map<string, Gathered>();
  for (const reply of replies) {
    if (reply.type !== '$') {
      return { value: respError('unexpected response type received from shard'), isError: true };
    }
    readInfo(reply.text, section, gathered);
  }
  return { value: respBulk(writeInfo(section, gathered)), isError: false };
}

function isAsked(section: string, asked: string): boolean {
  return asked === '' || section.toLowerCase() === asked;
}

function readInfo(text: string, asked: string, gathered: Map<string, Gathered>): void {
  let section = '';
  for (const untrimmed of text.split('\n')) {
    const line = untrimmed.trim();
    if (line.startsWith('#')) section = line.slice(1).trimStart();
    else if (line !== '' && isAsked(section, asked)) {
      const colon = line.indexOf(':');
      if (colon >= 0) gather(line.slice(0, colon), line.slice(colon + 1), gathered);
      else gather(line, '', gathered);
    }
  }
}

function gather(name: string, value: string, gathered: Map<string, Gathered>): void {
  const field = infoFields.get(name);
  if (field === undefined) return;
  const known = gathered.get(name) ?? { text: '', number: 0 };
  gathered.set(name, known);
  const number = /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : 0;
  if (field.join === 'sum') known.number += number;
  else if (field.join === 'max') known.number = Math.max(known.number, number);
  else if (field.join === 'keyspace') known.text = joinKeyspaces(known.text, value);
  else if (field.join === 'first' && known.text === '') known.text = value;
}

function writeInfo(asked: string, gathered: ReadonlyMap<string, Gathered>): string {
  let text = '';
  let last = '';
  for (const [name, field] of infoFields) {
    if (!isAsked(field.section, asked)) continue;
    const value = fieldText(name, gathered);
    if (value === '') continue;
    if (field.section !== last) {
      text += `${last === '' ? '' : '\r\n'}# ${field.section}\r\n`;
      last = field.section;
    }
    text += `${name}:${value}\r\n`;
  }
  return text;
}

function fieldText(name: string, gathered: ReadonlyMap<string, Gathered>): string {
  const field = infoFields.get(name);
  const known = gathered.get(name);
  if (field?.join === 'sum' || field?.join === 'max') return String(known?.number ?? 0);
  if (field?.join === 'human') {
    const bytes = gathered.get(name.slice(0, -'_human'.length))?.number ?? 0;
    return bytes > 0 ? humanBytes(bytes) : '';
  }
  if (field?.join === 'first' || field?.join === 'keyspace') return known?.text ?? '';
  return field?.join.slice(1) ?? '';
}

function joinKeyspaces(before: string, value: string): string {
  const [keys, expires, ttl] = keyspaceNumbers(value);
  const [oldKeys, oldExpires, oldTtl] = keyspaceNumbers(before);
  const average = Math.floor((ttl + oldTtl) / 2);
  return `keys=${keys + oldKeys},expires=${expires + oldExpires},avg_ttl=${average}`;
}

function keyspaceNumbers(text: string): readonly [number, number, number] {
  const numberOf = (name: string): number => Number(new RegExp(`(?:^|,)${name}=(\\d+)`).exec(text)?.[1] ?? 0);
  return [numberOf('keys'), numberOf('expires'), numberOf('avg_ttl')];
}

function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  let value = bytes / 1024;
  for (const unit of ['K', 'M', 'G', 'T', 'P']) {
    if (value < 1024) return `${value.toFixed(2)}${unit}`;
    value /= 1024;
  }
  return `${bytes}B`;
}
