import { WireReader, WireType } from '../../../src/codec/protobuf/wire-reader.js';
import type { Places } from './proxy-under-test.js';

const prefixBytes = 5;

/** Messages of a gRPC body as text, without a schema: `1: { 2: "text" 3: 5 }`; ports have the names of what listens. */
export function grpcText(body: string, places: Places): string {
  const bytes = Buffer.from(body, 'latin1');
  const texts: string[] = [];
  for (let at = 0; at + prefixBytes <= bytes.length; ) {
    const end = at + prefixBytes + bytes.readUInt32BE(at + 1);
    texts.push(messageText(bytes.subarray(at + prefixBytes, end), places) ?? '[broken]');
    at = end;
  }
  return texts.join(' | ');
}

/** Null when the bytes are no message. */
function messageText(bytes: Buffer, places: Places): string | null {
  const reader = new WireReader(bytes);
  const texts: string[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const field = tag >>> 3;
    // Schemaless: what has large field numbers is text that happens to look like a message.
    if (field === 0 || field > 40) return null;
    const wireType = tag & 7;
    if (wireType === WireType.varint) texts.push(`${field}: ${numberText(Number(reader.varint()), places)}`);
    else if (wireType === WireType.fixed64) texts.push(`${field}: ${reader.double()}`);
    else if (wireType === WireType.bytes) texts.push(`${field}: ${blockText(reader.block(), places)}`);
    else return null;
  }
  return reader.isBroken ? null : withOrderedMaps(texts).join(' ');
}

const mapEntry = /^(\d+): \{ 1: "/;

/** Entries of maps, sorted: their order is another in every process of Envoy's. */
function withOrderedMaps(texts: readonly string[]): readonly string[] {
  const ordered: string[] = [];
  for (let at = 0; at < texts.length; ) {
    const field = mapEntry.exec(texts[at] as string)?.[1];
    let end = at + 1;
    while (field !== undefined && end < texts.length && mapEntry.exec(texts[end] as string)?.[1] === field)
      end++;
    ordered.push(...texts.slice(at, end).sort());
    at = end;
  }
  return ordered;
}

/** Of streams and requests. */
const id = /^(?:\d{9,20}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function blockText(bytes: Buffer, places: Places): string {
  if (id.test(bytes.toString('latin1'))) return '*';
  const inner = bytes.length === 0 ? null : messageText(bytes, places);
  return inner === null ? JSON.stringify(bytes.toString('latin1')) : `{ ${inner} }`;
}

/** Large numbers are the ports of clients. */
function numberText(value: number, { listeners, origins }: Places): string {
  const ports = { ...listeners, ...origins };
  const known = Object.entries(ports).find(([, port]) => port === value);
  if (known !== undefined) return `<${known[0]}>`;
  return value > 1024 ? '*' : String(value);
}
