import { grpcText } from './protobuf-text.js';
import type { Places, Stats } from './proxy-under-test.js';
import type { ClientView } from './scripted-client.js';
import type { SeenRequest } from './scripted-origin.js';

/** Everything that is compared of one case, as lines of text. */
export interface Observation {
  readonly client: readonly string[];
  readonly origin: readonly string[];
  readonly defaultLog: readonly string[];
  readonly customLog: readonly string[];
  readonly stats: readonly string[];
}

export type Part = keyof Observation;

export const parts: readonly Part[] = ['client', 'origin', 'defaultLog', 'customLog', 'stats'];

/** Values that differ from run to run in any proxy. */
const maskedFields = new Set(['date', 'x-request-id', 'x-envoy-upstream-service-time']);

export function clientLines(view: ClientView): string[] {
  const lines: string[] = [];
  for (const response of view.responses) {
    lines.push(response.startLine);
    for (const [name, value] of response.fields) lines.push(field(name, value));
    lines.push(
      `[${response.framing} body${response.isComplete ? '' : ', incomplete'}] ${shorten(response.body)}`,
    );
    if (response.trailers !== '') lines.push(`[trailers] ${response.trailers}`);
  }
  lines.push(`[connection] ${view.connection}`);
  if (view.stuckAt !== '') lines.push(`[stuck at] ${view.stuckAt}`);
  return lines;
}

export function originLines(requests: readonly SeenRequest[], places: Places): string[] {
  const lines: string[] = [];
  for (const { origin, connection, message } of requests) {
    lines.push(`[${origin}, connection ${connection}] ${message.startLine}`);
    for (const [name, value] of message.fields) lines.push(field(name, value));
    const isAsked = message.startLine.includes(' /envoy.service.');
    const body = isAsked ? grpcText(message.body, places) : shorten(message.body);
    lines.push(`[${message.framing} body${message.isComplete ? '' : ', incomplete'}] ${body}`);
    if (message.trailers !== '') lines.push(`[trailers] ${message.trailers}`);
  }
  return lines;
}

function field(name: string, value: string): string {
  // What is left of a timeout when a retry starts depends on how fast the machine is.
  if (name.toLowerCase() === 'x-envoy-expected-rq-timeout-ms')
    return `${name}: about ${Math.ceil(Number(value) / 500) * 500}`;
  if (name === 'x-forwarded-port') return `${name}: ${value === '' ? '' : '*'}`;
  if (!maskedFields.has(name.toLowerCase())) return `${name}: ${value}`;
  return `${name}: ${value === '' ? '' : '*'}`;
}

function shorten(text: string): string {
  if (text.length <= 300) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, 100))}… ${text.length} bytes, sum ${sum(text)}`;
}

function sum(text: string): number {
  let total = 0;
  for (let i = 0; i < text.length; i++) total = (total * 31 + text.charCodeAt(i)) % 1_000_000_007;
  return total;
}

/** What moved between two looks. */
export function statLines(before: Stats, after: Stats, ignored: readonly RegExp[]): string[] {
  const lines: string[] = [];
  for (const [name, value] of after) {
    const change = value - (before.get(name) ?? 0);
    if (change !== 0 && !ignored.some((pattern) => pattern.test(name))) lines.push(`${name} ${change}`);
  }
  return lines.sort();
}

/** Envoy's default format with times, request id and ports masked. */
export function maskDefaultLine(line: string): string {
  return line
    .replace(/^\[[^\]]*Z\]/, '[time]')
    .replace(
      / (\d+) (\d+) (\d+|-) (\d+|-) "/,
      (_, received: string, sent: string, ms: string, service: string) => {
        return ` ${received} ${sent} ${ms === '-' ? '-' : 'ms'} ${service === '-' ? '-' : 'ms'} "`;
      },
    )
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>');
}

/** Numbers behind `~` depend on the machine, ids on the draw. */
export function maskTimes(line: string): string {
  return line
    .replace(/~\d+/g, '~n')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>');
}

/** Port numbers become the names of what listens there. */
export function namePorts(text: string, places: Places): string {
  let named = text;
  for (const [name, port] of Object.entries(places.listeners))
    named = named.replaceAll(`:${port}`, `:<${name}>`);
  for (const [name, port] of Object.entries(places.origins))
    named = named.replaceAll(`:${port}`, `:<origin ${name}>`);
  return named;
}

/** Lines that only one side has, marked `-` (Envoy) and `+` (this project), in order. */
export function difference(envoy: readonly string[], sluice: readonly string[]): string[] {
  if (envoy.length === sluice.length && envoy.every((line, i) => line === sluice[i])) return [];
  const table = commonLengths(envoy, sluice);
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < envoy.length || j < sluice.length) {
    if (i < envoy.length && j < sluice.length && envoy[i] === sluice[j]) {
      i++;
      j++;
    } else if (j >= sluice.length || (i < envoy.length && at(table, i + 1, j) >= at(table, i, j + 1))) {
      lines.push(`- ${envoy[i++]}`);
    } else {
      lines.push(`+ ${sluice[j++]}`);
    }
  }
  return lines;
}

function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const length =
        a[i] === b[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1));
      (table[i] as number[])[j] = length;
    }
  }
  return table;
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}
