import type { LoadMap, LoadReport } from '../../api/load-report.js';
import { decodeBase64 } from '../../base/base64.js';
import type { HeaderMap } from '../../base/header-map.js';
import type { Plain } from '../../base/plain.js';
import { isPlainObject } from '../../base/plain-path.js';
import { WireReader, WireType } from '../../codec/protobuf/wire-reader.js';

const scalars = [
  'cpu_utilization',
  'mem_utilization',
  'application_utilization',
  'eps',
  'rps_fractional',
] as const;
type Scalar = (typeof scalars)[number];
const maps: readonly LoadMap[] = ['request_cost', 'utilization', 'named_metrics'];
const textMaps: readonly LoadMap[] = ['utilization', 'named_metrics'];

/** The report in a response's headers or trailers; null when there is none that can be read. */
export function parseLoadReport(headers: HeaderMap): LoadReport | null {
  const binary = headers.get('endpoint-load-metrics-bin');
  if (binary !== undefined) return parseBinary(binary);
  const text = headers.get('endpoint-load-metrics');
  if (text === undefined) return null;
  const blank = text.indexOf(' ');
  const rest = blank < 0 ? '' : text.slice(blank + 1);
  switch (blank < 0 ? text : text.slice(0, blank)) {
    case 'BIN':
      return parseBinary(rest);
    case 'JSON':
      return parseJson(rest);
    case 'TEXT':
      return parseText(rest);
    default:
      return null;
  }
}

function emptyReport(): LoadReport {
  return {
    cpu_utilization: 0,
    mem_utilization: 0,
    application_utilization: 0,
    eps: 0,
    rps_fractional: 0,
    maps: { request_cost: new Map(), utilization: new Map(), named_metrics: new Map() },
  };
}

function isScalar(name: string): name is Scalar {
  return scalars.some((scalar) => scalar === name);
}

const number = /^[+-]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/;

/** `cpu_utilization=0.3,named_metrics.queue:12`; one part that makes no sense spoils the whole. */
function parseText(text: string): LoadReport | null {
  const report = emptyReport();
  const seen = new Set<string>();
  for (const part of text.split(',')) {
    const trimmed = part.trim();
    if (trimmed === '') continue;
    const [name = '', value = '', more] = trimmed.split(/[=:]/);
    if (more !== undefined || seen.has(name) || !number.test(value.trim())) return null;
    seen.add(name);
    if (!noteText(report, name, Number(value))) return null;
  }
  return report;
}

function noteText(report: LoadReport, name: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (isScalar(name)) {
    report[name] = value;
    return true;
  }
  // Costs of the request alone have no text.
  const map = textMaps.find((each) => name.startsWith(`${each}.`) && name.length > each.length + 1);
  if (map === undefined) return false;
  report.maps[map].set(name.slice(map.length + 1), value);
  return true;
}

function parseJson(text: string): LoadReport | null {
  let parsed: Plain;
  try {
    parsed = JSON.parse(text) as Plain;
  } catch {
    return null;
  }
  if (!isPlainObject(parsed)) return null;
  const report = emptyReport();
  for (const [spelling, value] of Object.entries(parsed)) {
    const name = spelling.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (value === null || name === 'rps') continue;
    if (isScalar(name)) report[name] = Number(value);
    else if (!noteMap(report, name, value)) return null;
  }
  return report;
}

function noteMap(report: LoadReport, name: string, values: Plain): boolean {
  const map = maps.find((each) => each === name);
  if (map === undefined || !isPlainObject(values)) return false;
  for (const [key, value] of Object.entries(values)) report.maps[map].set(key, Number(value));
  return true;
}

/** Fields by number: a double each, or entries of a map. */
const fieldOf: { readonly [number: number]: Scalar | LoadMap } = {
  1: 'cpu_utilization',
  2: 'mem_utilization',
  4: 'request_cost',
  5: 'utilization',
  6: 'rps_fractional',
  7: 'eps',
  8: 'named_metrics',
  9: 'application_utilization',
};

function parseBinary(text: string): LoadReport | null {
  const bytes = decodeBase64(text);
  if (bytes === null) return null;
  const report = emptyReport();
  const reader = new WireReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const wireType = tag & 7;
    const field = fieldOf[tag >>> 3];
    if (field !== undefined && isScalar(field) && wireType === WireType.fixed64) {
      report[field] = reader.double();
    } else if (field !== undefined && !isScalar(field) && wireType === WireType.bytes) {
      if (!readEntry(reader.block(), report.maps[field])) return null;
    } else if (!reader.isAtEnd) reader.skip(wireType);
  }
  return reader.isBroken ? null : report;
}

function readEntry(bytes: Buffer, map: Map<string, number>): boolean {
  const reader = new WireReader(bytes);
  let key = '';
  let value = 0;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === (1 << 3) + WireType.bytes) key = reader.block().toString();
    else if (tag === (2 << 3) + WireType.fixed64) value = reader.double();
    else if (!reader.isAtEnd) reader.skip(tag & 7);
  }
  map.set(key, value);
  return !reader.isBroken;
}
