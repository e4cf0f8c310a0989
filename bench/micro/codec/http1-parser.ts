import type { Bench } from 'tinybench';
import type { Http1Events, Http1ParserOptions } from '../../../src/api/codec.js';
import { type HeaderMap, type RequestHeaders, ResponseHeaders } from '../../../src/base/header-map.js';
import { encodeRequestHead, encodeResponseHead } from '../../../src/codec/http1/encoder.js';
import { Http1RequestParser, Http1ResponseParser } from '../../../src/codec/http1/parser.js';
import { addBatched } from '../batch.js';

/** A request of 40 bytes, the smallest that anybody sends. */
export const smallRequest = 'GET /abcdefghi HTTP/1.1\r\nhost: a.test\r\n\r\n';

/** What a browser sends: 12 fields, about 700 bytes. */
export const browserRequest = [
  'GET /assets/app.js?v=20240517 HTTP/1.1',
  'Host: www.example.com',
  'Connection: keep-alive',
  'sec-ch-ua: "Chromium";v="124", "Google Chrome";v="124", "Not-A.Brand";v="99"',
  'sec-ch-ua-mobile: ?0',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
  'sec-ch-ua-platform: "Linux"',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: no-cors',
  'Referer: https://www.example.com/index.html',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=1',
  '',
  '',
].join('\r\n');

const response = [
  'HTTP/1.1 200 OK',
  'server: origin',
  'date: Fri, 17 May 2024 10:00:00 GMT',
  'content-type: application/json',
  'content-length: 2',
  'cache-control: no-store',
  '',
  'ok',
].join('\r\n');

const options: Http1ParserOptions = {
  maxHeadBytes: 61_440,
  maxHeaders: 100,
  enableTrailers: false,
  acceptHttp10: false,
  allowChunkedLength: false,
  headersWithUnderscores: 'ALLOW',
  spelling: null,
  writesProperCase: false,
  ignoresUpgrade: null,
  sendsFullUrl: false,
  allowAbsoluteUrl: true,
};

/** Keeps the last head, so that nothing of the work can be dropped. */
class Sink<H extends HeaderMap> implements Http1Events<H> {
  headers: H | null;
  bytes: number;

  constructor() {
    this.headers = null;
    this.bytes = 0;
  }

  onMessageBegin(): void {
    this.bytes = 0;
  }

  onHeaders(headers: H): void {
    this.headers = headers;
  }

  onData(_buffer: Buffer, start: number, end: number): void {
    this.bytes += end - start;
  }

  onTrailers(): void {
    this.bytes = 0;
  }

  onMessageComplete(): void {
    this.bytes++;
  }
}

function requestTask(text: string): () => void {
  const parser = new Http1RequestParser(options, new Sink<RequestHeaders>());
  const bytes = Buffer.from(text, 'latin1');
  return () => {
    if (parser.execute(bytes, 0, bytes.length) !== bytes.length) throw new Error('not parsed');
  };
}

/** A head that comes in two reads. */
function splitTask(text: string): () => void {
  const parser = new Http1RequestParser(options, new Sink<RequestHeaders>());
  const bytes = Buffer.from(text, 'latin1');
  const middle = bytes.length >> 1;
  return () => {
    parser.execute(bytes, 0, middle);
    parser.execute(bytes, middle, bytes.length);
  };
}

function responseTask(): () => void {
  const parser = new Http1ResponseParser(options, new Sink<ResponseHeaders>());
  const bytes = Buffer.from(response, 'latin1');
  return () => {
    parser.expect('GET');
    if (parser.execute(bytes, 0, bytes.length) !== bytes.length) throw new Error('not parsed');
  };
}

function encodeTask(text: string): () => void {
  const sink = new Sink<RequestHeaders>();
  const parser = new Http1RequestParser(options, sink);
  const bytes = Buffer.from(text, 'latin1');
  const out = Buffer.alloc(4096);
  parser.execute(bytes, 0, bytes.length);
  return () => {
    if (sink.headers !== null) out.latin1Write(encodeRequestHead(sink.headers, 'none'), 0);
  };
}

function encodeResponseTask(): () => void {
  const headers = new ResponseHeaders(200);
  for (const line of response.split('\r\n').slice(1, -2)) {
    const colon = line.indexOf(': ');
    headers.add(line.slice(0, colon), line.slice(colon + 2));
  }
  const out = Buffer.alloc(4096);
  return () => {
    out.latin1Write(encodeResponseHead(headers, 'length'), 0);
  };
}

/** Budgets: 0.6 µs for the small request, 2.5 µs for the browser's. */
export function add(bench: Bench): void {
  addBatched(bench, 'http1 parse: 40 byte request', requestTask(smallRequest));
  addBatched(bench, 'http1 parse: browser request', requestTask(browserRequest));
  addBatched(bench, 'http1 parse: browser request in two reads', splitTask(browserRequest));
  addBatched(bench, 'http1 parse: response with 5 fields and body', responseTask());
  addBatched(bench, 'http1 encode: 40 byte request', encodeTask(smallRequest));
  addBatched(bench, 'http1 encode: browser request', encodeTask(browserRequest));
  addBatched(bench, 'http1 encode: response with 5 fields', encodeResponseTask());
}
