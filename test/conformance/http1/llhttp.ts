import { createRequire } from 'node:module';

/**
 * llhttp, compiled to WebAssembly as undici carries it, in its strict mode: the second opinion on framing. It reads
 * one conversation and reports `head`, `body=…` and `end`, as `framingOf` makes them of our transcripts.
 */

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly malloc: (size: number) => number;
  readonly llhttp_alloc: (type: number) => number;
  readonly llhttp_free: (parser: number) => void;
  readonly llhttp_execute: (parser: number, data: number, length: number) => number;
  readonly llhttp_finish: (parser: number) => number;
  readonly llhttp_get_error_pos: (parser: number) => number;
  readonly llhttp_resume_after_upgrade: (parser: number) => void;
  readonly llhttp_should_keep_alive: (parser: number) => number;
  readonly llhttp_set_lenient_chunked_length: (parser: number, on: number) => void;
  readonly llhttp_set_lenient_keep_alive: (parser: number, on: number) => void;
}

/** What is used of a global that the compiler's library settings leave out. */
declare const WebAssembly: {
  instantiate(
    code: Uint8Array,
    imports: object,
  ): Promise<{ readonly instance: { readonly exports: object } }>;
};

export interface Opinion {
  /** `head`, `body=…`, `end`. */
  readonly lines: readonly string[];
  /** llhttp's error code, 0 for none, and the offset it names. */
  readonly code: number;
  readonly offset: number;
}

const requestType = 1;
const responseType = 2;
const pausedUpgrade = 22;
const skipBody = 1;
const noMoreMessages = 2;
const capacity = 1 << 18;

let lines: string[] = [];
let body = '';
let methods: string[] | null = null;
let exported: Exports;
let base = 0;

function flush(): void {
  if (body !== '') lines.push(`body=${body}`);
  body = '';
}

function onHeadersComplete(_parser: number, status: number): number {
  lines.push('head');
  if (methods === null) return 0;
  const method = methods[0];
  if (method === 'CONNECT' && status >= 200 && status < 300) return noMoreMessages;
  return method === 'HEAD' ? skipBody : 0;
}

function onMessageComplete(): number {
  flush();
  lines.push('end');
  return 0;
}

function onBody(_parser: number, at: number, length: number): number {
  body += Buffer.from(exported.memory.buffer, at, length).latin1Slice();
  return 0;
}

const nothing = (): number => 0;

export async function loadLlhttp(): Promise<void> {
  const require = createRequire(import.meta.url);
  const code: unknown = require('undici/lib/llhttp/llhttp-wasm.js');
  if (!Buffer.isBuffer(code)) throw new Error('undici carries no llhttp');
  const { instance } = await WebAssembly.instantiate(code, {
    env: {
      wasm_on_message_begin: nothing,
      wasm_on_url: nothing,
      wasm_on_status: nothing,
      wasm_on_header_field: nothing,
      wasm_on_header_value: nothing,
      wasm_on_headers_complete: onHeadersComplete,
      wasm_on_body: onBody,
      wasm_on_message_complete: onMessageComplete,
    },
  });
  exported = instance.exports as Exports;
  base = exported.malloc(capacity);
}

/** llhttp's reading of the whole wire. */
export function opinionOf(
  wire: Buffer,
  answered: readonly string[] | undefined,
  allowChunkedLength: boolean,
): Opinion {
  lines = [];
  body = '';
  methods = answered === undefined ? null : [...answered];
  new Uint8Array(exported.memory.buffer).set(wire.subarray(0, capacity), base);
  const parser = exported.llhttp_alloc(methods === null ? requestType : responseType);
  // A 1xx with `Connection: close` does not end the connection; behind other responses ours stops by itself.
  if (methods !== null) exported.llhttp_set_lenient_keep_alive(parser, 1);
  if (allowChunkedLength) exported.llhttp_set_lenient_chunked_length(parser, 1);
  let at = 0;
  let code = 0;
  while (at < wire.length) {
    code = exported.llhttp_execute(parser, base + at, wire.length - at);
    if (code !== pausedUpgrade) break;
    at = exported.llhttp_get_error_pos(parser) - base;
    exported.llhttp_resume_after_upgrade(parser);
    code = 0;
  }
  const offset = code === 0 ? wire.length : exported.llhttp_get_error_pos(parser) - base;
  if (code === 0) exported.llhttp_finish(parser);
  flush();
  exported.llhttp_free(parser);
  return { lines, code, offset };
}
