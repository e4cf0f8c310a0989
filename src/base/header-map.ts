import type { NameSpelling } from './name-spelling.js';

/**
 * Classes of headers, as bits. A map keeps the union of the classes of every name that was ever added, so that
 * one `and` tells the sanitising rules that there is nothing for them to look for. Never cleared by `remove`.
 */
export const HeaderClass = {
  /** connection, upgrade, keep-alive, proxy-connection, te, transfer-encoding: hop-by-hop. */
  hopByHop: 1,
  /** Any name that begins with `x-envoy-`. */
  envoy: 2,
  /** x-forwarded-*, x-request-id, via, forwarded, x-client-trace-id. */
  forwarded: 4,
  contentLength: 8,
  expect: 16,
  referer: 32,
  /** content-type, content-encoding, grpc-*. */
  content: 64,
  /** server, date, via as an origin sends them. */
  identity: 128,
} as const;

const hopByHopNames = new Set([
  'connection',
  'upgrade',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
]);
const forwardedNames = new Set(['via', 'forwarded', 'x-request-id', 'x-client-trace-id']);
const identityNames = new Set(['server', 'date', 'via']);

/** The class bits of a lower-case header name. */
export function classifyHeader(name: string): number {
  let bits = 0;
  if (hopByHopNames.has(name)) bits |= HeaderClass.hopByHop;
  if (name.startsWith('x-envoy-')) bits |= HeaderClass.envoy;
  if (name.startsWith('x-forwarded-') || forwardedNames.has(name)) bits |= HeaderClass.forwarded;
  if (name === 'content-length') bits |= HeaderClass.contentLength;
  if (name === 'expect') bits |= HeaderClass.expect;
  if (name === 'referer') bits |= HeaderClass.referer;
  if (name.startsWith('content-') || name.startsWith('grpc-')) bits |= HeaderClass.content;
  if (identityNames.has(name)) bits |= HeaderClass.identity;
  return bits;
}

const classes = new Map<string, number>();

function classOf(name: string): number {
  let bits = classes.get(name);
  if (bits === undefined) {
    bits = classifyHeader(name);
    if (classes.size < 4096) classes.set(name, bits);
  }
  return bits;
}

/** Characters that may not stand in a value on the wire, or are more than one byte wide. */
const suspectValue = /[\0\r\n]|[^\0-\xff]/;

/**
 * Header fields in the order they arrived. Names are lower case; a repeated name keeps one entry per field line.
 * Two flat arrays instead of an object per field: what a request costs is what it allocates.
 * Pseudo-headers are not in here: they are fields of `RequestHeaders` and `ResponseHeaders`.
 */
export class HeaderMap {
  readonly names: string[];
  readonly values: string[];
  /** Union of `HeaderClass` bits of what was added. */
  classes: number;
  /** True once a value was put in that may not stand on the wire as it is; codecs then look at each of them. */
  hasSuspect: boolean;
  /** How the peer spelled the names, kept only when a header-case rule asks for it. */
  spelling: NameSpelling | null;

  constructor() {
    this.names = [];
    this.values = [];
    this.classes = 0;
    this.hasSuspect = false;
    this.spelling = null;
  }

  get size(): number {
    return this.names.length;
  }

  /** Index of the first entry of that name at or after `from`, or -1. */
  indexOf(name: string, from = 0): number {
    const names = this.names;
    for (let i = from; i < names.length; i++) if (names[i] === name) return i;
    return -1;
  }

  has(name: string): boolean {
    return this.indexOf(name) >= 0;
  }

  /** The first value of that name. */
  get(name: string): string | undefined {
    const i = this.indexOf(name);
    return i < 0 ? undefined : this.values[i];
  }

  /** Every value of that name, in order. */
  getAll(name: string): string[] {
    const found: string[] = [];
    for (let i = this.indexOf(name); i >= 0; i = this.indexOf(name, i + 1))
      found.push(this.values[i] as string);
    return found;
  }

  /** All values of that name joined with `,`, as Envoy's matchers and formatters see them. */
  joined(name: string): string | undefined {
    const first = this.indexOf(name);
    if (first < 0) return undefined;
    let value = this.values[first] as string;
    for (let i = this.indexOf(name, first + 1); i >= 0; i = this.indexOf(name, i + 1))
      value += `,${this.values[i]}`;
    return value;
  }

  /** Adds an entry; earlier ones of that name stay. `name` must be lower case. */
  add(name: string, value: string): void {
    this.classes |= classOf(name);
    if (suspectValue.test(value)) this.hasSuspect = true;
    this.names.push(name);
    this.values.push(value);
  }

  /** Adds an entry whose class bits the caller already knows, and whose value it knows to be fit for the wire. */
  addKnown(name: string, value: string, bits: number): void {
    this.classes |= bits;
    this.names.push(name);
    this.values.push(value);
  }

  /** Replaces all entries of that name by one, kept at the place of the first. */
  set(name: string, value: string): void {
    const i = this.indexOf(name);
    if (i < 0) {
      this.add(name, value);
      return;
    }
    this.values[i] = value;
    if (suspectValue.test(value)) this.hasSuspect = true;
    if (this.indexOf(name, i + 1) >= 0) this.removeFrom(name, i + 1);
  }

  /**
   * As `set`, for a name whose class bits are known and a value that is fit for the wire. Nothing is searched when no
   * header of those classes was ever there.
   */
  setKnown(name: string, value: string, bits: number): void {
    const i = (this.classes & bits) === 0 && bits !== 0 ? -1 : this.indexOf(name);
    if (i < 0) {
      this.addKnown(name, value, bits);
      return;
    }
    this.values[i] = value;
    if (this.indexOf(name, i + 1) >= 0) this.removeFrom(name, i + 1);
  }

  /** Replaces all entries of that name by one, at the end: what Envoy does with headers it has no place for. */
  replace(name: string, value: string): void {
    this.remove(name);
    this.add(name, value);
  }

  /** Appends to the first entry of that name, joined by `separator`; adds it when absent. */
  append(name: string, value: string, separator = ','): void {
    const i = this.indexOf(name);
    if (i < 0) this.add(name, value);
    else {
      this.values[i] = `${this.values[i]}${separator}${value}`;
      if (suspectValue.test(value)) this.hasSuspect = true;
    }
  }

  /** Removes every entry of that name; true when there was one. */
  remove(name: string): boolean {
    const first = this.indexOf(name);
    if (first < 0) return false;
    this.removeFrom(name, first);
    return true;
  }

  /** Removes the entries for which `drop` answers true, in one pass. */
  removeWhere(drop: (name: string, value: string) => boolean): void {
    let kept = 0;
    const { names, values } = this;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      const value = values[i] as string;
      if (drop(name, value)) continue;
      names[kept] = name;
      values[kept] = value;
      kept++;
    }
    this.truncate(kept);
  }

  clear(): void {
    this.truncate(0);
    this.classes = 0;
  }

  /** Bytes on the wire in HTTP/1 form: name, `: `, value, CRLF. */
  byteSize(): number {
    let bytes = 0;
    for (let i = 0; i < this.names.length; i++) {
      bytes += (this.names[i] as string).length + (this.values[i] as string).length + 4;
    }
    return bytes;
  }

  copyTo(other: HeaderMap): void {
    for (let i = 0; i < this.names.length; i++) {
      other.names.push(this.names[i] as string);
      other.values.push(this.values[i] as string);
    }
    other.classes |= this.classes;
    if (this.hasSuspect) other.hasSuspect = true;
    other.spelling = this.spelling;
  }

  private removeFrom(name: string, first: number): void {
    let kept = first;
    const { names, values } = this;
    for (let i = first; i < names.length; i++) {
      const current = names[i] as string;
      if (current === name) continue;
      names[kept] = current;
      values[kept] = values[i] as string;
      kept++;
    }
    this.truncate(kept);
  }

  /** `pop` and not `length =`: shrinking through the accessor leaves optimised code. */
  private truncate(length: number): void {
    const { names, values } = this;
    while (names.length > length) {
      names.pop();
      values.pop();
    }
  }
}

/** A request's head, HTTP/2-shaped whatever the wire protocol was. */
export class RequestHeaders extends HeaderMap {
  method: string;
  /** Path with query, as it will be sent upstream; empty for CONNECT in authority form. */
  path: string;
  /** `:authority` or Host; empty when the request had none. */
  authority: string;
  /** `http` or `https`; empty until it is decided. */
  scheme: string;
  /** `:protocol` of an extended CONNECT, else empty. */
  protocol: string;

  constructor() {
    super();
    this.method = '';
    this.path = '';
    this.authority = '';
    this.scheme = '';
    this.protocol = '';
  }

  override get(name: string): string | undefined {
    if (name.charCodeAt(0) === 58) return this.pseudo(name);
    return name === 'host' ? this.authority || undefined : super.get(name);
  }

  override joined(name: string): string | undefined {
    if (name.charCodeAt(0) === 58) return this.pseudo(name);
    return name === 'host' ? this.authority || undefined : super.joined(name);
  }

  override getAll(name: string): string[] {
    if (name.charCodeAt(0) !== 58 && name !== 'host') return super.getAll(name);
    const value = this.get(name);
    return value === undefined ? [] : [value];
  }

  /** `:method`, `:path`, `:authority`, `:scheme`, `:protocol`; undefined when empty or unknown. */
  pseudo(name: string): string | undefined {
    switch (name) {
      case ':method':
        return this.method || undefined;
      case ':path':
        return this.path || undefined;
      case ':authority':
        return this.authority || undefined;
      case ':scheme':
        return this.scheme || undefined;
      case ':protocol':
        return this.protocol || undefined;
      default:
        return undefined;
    }
  }

  clone(): RequestHeaders {
    const copy = new RequestHeaders();
    copy.method = this.method;
    copy.path = this.path;
    copy.authority = this.authority;
    copy.scheme = this.scheme;
    copy.protocol = this.protocol;
    this.copyTo(copy);
    return copy;
  }
}

/** A response's head; `status` is 100–599 (0 only while it is being made). */
export class ResponseHeaders extends HeaderMap {
  status: number;

  constructor(status = 0) {
    super();
    this.status = status;
  }

  override get(name: string): string | undefined {
    return name === ':status' ? String(this.status) : super.get(name);
  }

  override joined(name: string): string | undefined {
    return name === ':status' ? String(this.status) : super.joined(name);
  }

  clone(): ResponseHeaders {
    const copy = new ResponseHeaders(this.status);
    this.copyTo(copy);
    return copy;
  }
}
