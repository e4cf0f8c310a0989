import type { Plain } from '../../base/plain.js';
import { eachField } from '../protobuf/each-field.js';
import { decodeStruct } from '../protobuf/struct.js';

type Structure = { readonly [key: string]: Plain };

/** A `HeaderValueOption`; names are lower case, values byte text. */
export interface AnsweredHeader {
  readonly name: string;
  readonly value: string;
  /** The older way to say it; null when it is not used. */
  readonly append: boolean | null;
  /** `HeaderAppendAction`. */
  readonly action: number;
}

/** `DeniedHttpResponse`. */
export interface AnsweredResponse {
  /** 0: none was given. */
  readonly status: number;
  readonly headers: readonly AnsweredHeader[];
  readonly body: Buffer;
}

/** `OkHttpResponse`. */
export interface AnsweredRequest {
  readonly headers: readonly AnsweredHeader[];
  readonly remove: readonly string[];
  readonly responseHeaders: readonly AnsweredHeader[];
  readonly setQuery: readonly (readonly [key: string, value: string])[];
  readonly removeQuery: readonly string[];
}

/** `envoy.service.auth.v3.CheckResponse`: what an authorization service says of a connection or a request. */
export interface CheckAnswer {
  readonly kind: 'ok' | 'denied' | 'error';
  readonly metadata: Structure;
  /** How the request is changed; null when nothing is said of it. */
  readonly request: AnsweredRequest | null;
  /** What the client gets of a refusal or an error; null when nothing is said of it. */
  readonly response: AnsweredResponse | null;
}

/** Null when the bytes are no answer. */
export function decodeCheckAnswer(bytes: Buffer): CheckAnswer | null {
  const decoder = new AnswerDecoder();
  decoder.readAnswer(bytes);
  return decoder.isBroken ? null : decoder.answer();
}

const Field = { status: 1, denied: 2, ok: 3, metadata: 4, error: 5 } as const;

class AnswerDecoder {
  isBroken = false;
  private isOk = true;
  private metadata: Structure = {};
  private request: AnsweredRequest | null = null;
  private denied: AnsweredResponse | null = null;
  private error: AnsweredResponse | null = null;

  answer(): CheckAnswer {
    const { metadata, request } = this;
    if (this.isOk) return { kind: 'ok', metadata, request, response: null };
    if (this.error !== null) return { kind: 'error', metadata, request: null, response: this.error };
    return { kind: 'denied', metadata, request: null, response: this.denied };
  }

  readAnswer(bytes: Buffer): void {
    let older: Structure | null = null;
    this.fields(bytes, (field, value) => {
      if (typeof value === 'bigint') return;
      if (field === Field.status) this.isOk = this.numberIn(value, 1) === 0;
      else if (field === Field.denied) this.denied = this.response(value);
      else if (field === Field.error) this.error = this.response(value);
      else if (field === Field.metadata) this.metadata = this.structure(value);
      else if (field === Field.ok) {
        this.request = this.changes(value, (metadata) => {
          older = metadata;
        });
      }
    });
    // Where both are given the one inside counts.
    this.metadata = older ?? this.metadata;
  }

  private changes(bytes: Buffer, onMetadata: (metadata: Structure) => void): AnsweredRequest {
    const headers: AnsweredHeader[] = [];
    const remove: string[] = [];
    const responseHeaders: AnsweredHeader[] = [];
    const setQuery: (readonly [string, string])[] = [];
    const removeQuery: string[] = [];
    this.fields(bytes, (field, value) => {
      if (typeof value === 'bigint') return;
      if (field === 2) headers.push(this.header(value));
      else if (field === 3) onMetadata(this.structure(value));
      else if (field === 5) remove.push(value.toString('latin1').toLowerCase());
      else if (field === 6) responseHeaders.push(this.header(value));
      else if (field === 7) setQuery.push(this.pair(value));
      else if (field === 8) removeQuery.push(value.toString('latin1'));
    });
    return { headers, remove, responseHeaders, setQuery, removeQuery };
  }

  private response(bytes: Buffer): AnsweredResponse {
    let status = 0;
    let body = noBytes;
    const headers: AnsweredHeader[] = [];
    this.fields(bytes, (field, value) => {
      if (typeof value === 'bigint') return;
      if (field === 1) status = this.numberIn(value, 1);
      else if (field === 2) headers.push(this.header(value));
      else if (field === 3) body = Buffer.from(value);
    });
    return { status, headers, body };
  }

  private header(bytes: Buffer): AnsweredHeader {
    let field: readonly [string, string] = ['', ''];
    let append: boolean | null = null;
    let action = 0;
    this.fields(bytes, (number, value) => {
      if (typeof value === 'bigint') action = number === 3 ? Number(value & 0xffn) : action;
      else if (number === 1) field = this.pair(value);
      else if (number === 2) append = this.numberIn(value, 1) !== 0;
    });
    return { name: field[0].toLowerCase(), value: field[1], append, action };
  }

  /** Key and value of a header or query parameter; a raw value stands third. */
  private pair(bytes: Buffer): readonly [string, string] {
    const texts = ['', '', ''];
    this.fields(bytes, (number, value) => {
      if (typeof value !== 'bigint' && number <= 3) texts[number - 1] = value.toString('latin1');
    });
    const [key = '', value = '', raw = ''] = texts;
    return [key, value === '' ? raw : value];
  }

  private structure(bytes: Buffer): Structure {
    const fields = decodeStruct(bytes);
    if (fields === null) this.isBroken = true;
    return fields ?? {};
  }

  private numberIn(bytes: Buffer, wanted: number): number {
    let found = 0;
    this.fields(bytes, (number, value) => {
      if (typeof value === 'bigint' && number === wanted) found = Number(BigInt.asIntN(32, value));
    });
    return found;
  }

  private fields(bytes: Buffer, visit: (number: number, value: bigint | Buffer) => void): void {
    if (!eachField(bytes, visit)) this.isBroken = true;
  }
}

const noBytes = Buffer.alloc(0);
