import { classifyHeader } from '../../base/header-map.js';
import { KnownBytes, viewOf } from './known-lines.js';

/** Names that decide something in the codec itself; bits, so that a head's roles fit one word. */
export const HeaderRole = {
  none: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 4,
  connection: 8,
  proxyConnection: 16,
  upgrade: 32,
  expect: 64,
  te: 128,
} as const;

const roles: Record<string, number> = {
  host: HeaderRole.host,
  'content-length': HeaderRole.contentLength,
  'transfer-encoding': HeaderRole.transferEncoding,
  connection: HeaderRole.connection,
  'proxy-connection': HeaderRole.proxyConnection,
  upgrade: HeaderRole.upgrade,
  expect: HeaderRole.expect,
  te: HeaderRole.te,
};

/** Names whose values are secrets of one client: their lines are not kept. */
const secretNames = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-forwarded-client-cert',
]);

/** A field line that has come before: what its bytes mean. */
export class FieldLine extends KnownBytes {
  readonly name: HeaderName;
  /** A string of its own: it pins no head. */
  readonly value: string;
  /** Where the value begins and ends, from the start of the line. */
  readonly valueStart: number;
  readonly valueEnd: number;

  constructor(name: HeaderName, buffer: Buffer, start: number, end: number, from: number, to: number) {
    super(viewOf(buffer), start, end);
    this.name = name;
    this.value = buffer.latin1Slice(from, to);
    this.valueStart = from - start;
    this.valueEnd = to - start;
  }
}

/** A header name as the scanner hands it on: one string per thread, its bits worked out once. */
export class HeaderName {
  readonly text: string;
  readonly hash: number;
  readonly classes: number;
  readonly role: number;
  readonly hasUnderscore: boolean;
  /** The same object stands for every field of that name from now on. */
  isKept: boolean;
  readonly isSecret: boolean;
  /** The line that came last behind a field of that name, in requests and in responses. */
  readonly followers: [FieldLine | null, FieldLine | null];

  constructor(text: string, hash: number) {
    this.text = text;
    this.hash = hash;
    this.classes = classifyHeader(text);
    this.role = roles[text] ?? HeaderRole.none;
    this.hasUnderscore = text.includes('_');
    this.isKept = false;
    this.isSecret = secretNames.has(text);
    this.followers = [null, null];
  }
}

const commonNames = `host user-agent accept accept-encoding accept-language accept-charset accept-ranges
accept-datetime access-control-allow-credentials access-control-allow-headers access-control-allow-methods
access-control-allow-origin access-control-expose-headers access-control-max-age access-control-request-headers
access-control-request-method age allow alt-svc authorization baggage cache-control cdn-loop connection
content-disposition content-encoding content-language content-length content-location content-range
content-security-policy content-type cookie cross-origin-opener-policy cross-origin-resource-policy date dnt etag
expect expires forwarded from grpc-accept-encoding grpc-encoding grpc-message grpc-status grpc-timeout
http2-settings if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive last-modified link
location max-forwards nel origin permissions-policy pragma priority proxy-authenticate proxy-authorization
proxy-connection proxy-status range referer referrer-policy refresh report-to retry-after sec-ch-ua
sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user sec-gpc
sec-websocket-accept sec-websocket-extensions sec-websocket-key sec-websocket-protocol sec-websocket-version server
server-timing set-cookie strict-transport-security te timing-allow-origin traceparent tracestate trailer
transfer-encoding upgrade upgrade-insecure-requests vary via warning www-authenticate x-amzn-trace-id x-api-key
x-b3-flags x-b3-parentspanid x-b3-sampled x-b3-spanid x-b3-traceid x-cache x-client-trace-id
x-content-type-options x-correlation-id x-envoy-attempt-count x-envoy-decorator-operation
x-envoy-expected-rq-timeout-ms x-envoy-external-address x-envoy-internal x-envoy-max-retries x-envoy-original-path
x-envoy-overloaded x-envoy-peer-metadata x-envoy-retry-on x-envoy-upstream-rq-timeout-ms
x-envoy-upstream-service-time x-forwarded-client-cert x-forwarded-for x-forwarded-host x-forwarded-port
x-forwarded-proto x-frame-options x-ot-span-context x-powered-by x-real-ip x-request-id x-requested-with
x-xss-protection`;

const slotCount = 2048;
const slotMask = slotCount - 1;
/** A name that does not find room this close to its slot is not kept: crafted collisions cost eight compares. */
const probeLimit = 8;
const learnedLimit = 512;
const learnedLengthLimit = 48;

const slots: (HeaderName | undefined)[] = Array.from({ length: slotCount }, () => undefined);
let learned = 0;

/** The hash that the scanner computes while it looks at the bytes of a name: over their lower case. */
export function hashName(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 11)) & slotMask;
}

/** Room for a new name, or -1. */
function freeSlot(hash: number): number {
  const first = slotOf(hash);
  for (let i = 0; i < probeLimit; i++) {
    const slot = (first + i) & slotMask;
    if (slots[slot] === undefined) return slot;
  }
  return -1;
}

function keep(name: HeaderName): void {
  const slot = freeSlot(name.hash);
  if (slot < 0) return;
  slots[slot] = name;
  name.isKept = true;
}

for (const text of commonNames.split(/\s+/)) keep(new HeaderName(text, hashName(text)));

/** Bytes of `buffer` against a lower-case name of the same length. ASCII letters differ from theirs in one bit. */
function equalsIgnoringCase(text: string, buffer: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const want = text.charCodeAt(i);
    const got = buffer[start + i] as number;
    if (got !== want && ((got | 0x20) !== want || want < 0x61 || want > 0x7a)) return false;
  }
  return true;
}

/** The name at [start, end), whose bytes are token characters and whose lower case hashes to `hash`. */
export function lookupName(hash: number, buffer: Buffer, start: number, end: number): HeaderName {
  const first = slotOf(hash);
  for (let i = 0; i < probeLimit; i++) {
    const name = slots[(first + i) & slotMask];
    if (name === undefined) break;
    if (
      name.hash === hash &&
      name.text.length === end - start &&
      equalsIgnoringCase(name.text, buffer, start)
    ) {
      return name;
    }
  }
  return learn(hash, buffer, start, end);
}

function learn(hash: number, buffer: Buffer, start: number, end: number): HeaderName {
  const name = new HeaderName(buffer.latin1Slice(start, end).toLowerCase(), hash);
  if (learned < learnedLimit && end - start <= learnedLengthLimit) {
    learned++;
    keep(name);
  }
  return name;
}
