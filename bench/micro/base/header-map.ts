import type { Bench } from 'tinybench';
import { RequestHeaders } from '../../../src/base/header-map.js';
import { browserHeaders } from '../../load/browser-headers.js';
import { addBatched } from '../batch.js';

const lowered = browserHeaders.map(([name, value]): [string, string] => [name.toLowerCase(), value]);

function filled(): RequestHeaders {
  const headers = new RequestHeaders();
  for (const [name, value] of lowered) headers.add(name, value);
  return headers;
}

/** What the header rules of a connection manager and a route do to the headers of a browser. */
export function add(bench: Bench): void {
  const headers = filled();
  addBatched(bench, 'fill with 12 headers', filled);
  addBatched(bench, 'get the last of 12', () => headers.get('cache-control'));
  addBatched(bench, 'get one that is absent', () => headers.get('x-request-id'));
  addBatched(bench, 'set in place', () => headers.set('accept-encoding', 'gzip'));
  addBatched(bench, 'add and remove', () => {
    headers.add('x-envoy-internal', 'true');
    return headers.remove('x-envoy-internal');
  });
}
