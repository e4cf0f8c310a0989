import type { Bench } from 'tinybench';
import { addBatched } from '../batch.js';
import { DrivenManager } from './driven-manager.js';

const small = 'GET / HTTP/1.1\r\nHost: 127.0.0.1:10000\r\n\r\n';
const browser =
  'GET /index.html?q=1 HTTP/1.1\r\nHost: www.example.com\r\nConnection: keep-alive\r\nsec-ch-ua: "Chromium";v="120"\r\n' +
  'sec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: "Linux"\r\nUpgrade-Insecure-Requests: 1\r\n' +
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\r\n' +
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nSec-Fetch-Site: none\r\n' +
  'Sec-Fetch-Mode: navigate\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\n' +
  'Cookie: session=0123456789abcdef; theme=dark\r\n\r\n';
const answer =
  'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\nContent-Type: text/plain\r\n' +
  `Content-Length: 64\r\nConnection: keep-alive\r\n\r\n${'x'.repeat(64)}`;

const failure = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n';
const retryPolicy = '{ retry_on: 5xx, retry_back_off: { base_interval: 0.001s, max_interval: 0.001s } }';

/** A request without its system calls, from bytes in to bytes out, both ways. */
export function add(bench: Bench): void {
  const plain = new DrivenManager(small, [answer]);
  addBatched(bench, 'request path, small', () => plain.run());
  const full = new DrivenManager(browser, [answer]);
  addBatched(bench, 'request path, browser headers', () => full.run());
  const retriable = new DrivenManager(small, [answer], retryPolicy);
  addBatched(bench, 'request path, small, might be retried', () => retriable.run());
  const retried = new DrivenManager(small, [failure, answer], retryPolicy);
  retried.run();
  if (retried.failed !== 1) throw new Error('the bench retries nothing');
  addBatched(bench, 'request path, small, retried once', () => retried.run());
}
