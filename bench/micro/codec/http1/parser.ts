import type { Bench } from 'tinybench';
import type { Http1Events, Http1ParserOptions } from '../../../../src/api/codec.js';
import type { HeaderMap } from '../../../../src/base/header-map.js';
import { Http1RequestParser, Http1ResponseParser } from '../../../../src/codec/http1/parser.js';
import { browserHeaders } from '../../../load/browser-headers.js';
import { addBatched } from '../../batch.js';

const options: Http1ParserOptions = {
  maxHeadBytes: 61_440,
  maxHeaders: 100,
  enableTrailers: false,
  acceptHttp10: false,
  allowChunkedLength: false,
  headersWithUnderscores: 'ALLOW',
  preserveCase: false,
  allowAbsoluteUrl: true,
};

/** Keeps the last head, as a stream would. */
class LastHead<H extends HeaderMap> implements Http1Events<H> {
  headers: H | null;
  messages: number;

  constructor() {
    this.headers = null;
    this.messages = 0;
  }

  onMessageBegin(): void {}

  onHeaders(headers: H): void {
    this.headers = headers;
  }

  onData(): void {}

  onTrailers(): void {}

  onMessageComplete(): void {
    this.messages++;
  }
}

const small = Buffer.from('GET /small HTTP/1.1\r\nhost: shop.example.com\r\n\r\n');
const browser = Buffer.from(
  `GET /catalogue/chairs?page=3 HTTP/1.1\r\nhost: shop.example.com\r\n${browserHeaders
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`,
);
const response = Buffer.from(
  'HTTP/1.1 200 OK\r\nserver: nginx\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\ncontent-type: text/plain\r\n' +
    `content-length: 64\r\nconnection: keep-alive\r\n\r\n${'x'.repeat(64)}`,
);

/** Bytes of whole messages to heads. */
export function add(bench: Bench): void {
  const requests = new Http1RequestParser(options, new LastHead());
  const responses = new Http1ResponseParser(options, new LastHead());
  addBatched(bench, 'small request', () => requests.execute(small, 0, small.length));
  addBatched(bench, 'request with 12 browser headers', () => requests.execute(browser, 0, browser.length));
  addBatched(bench, 'response with 64 B body', () => {
    responses.expect('GET');
    return responses.execute(response, 0, response.length);
  });
}
