import type { Bench } from 'tinybench';
import { ResponseHeaders } from '../../../src/base/header-map.js';
import { compileJsonFormat } from '../../../src/format/json-format.js';
import { defaultLogFormat } from '../../../src/format/substitution-format.js';
import { compileFormat } from '../../../src/format/text-format.js';
import { address, logContext, requestHeaders, streamInfo } from '../../../test/support/stream-info.js';
import { testHost } from '../../../test/support/test-host.js';
import { addBatched } from '../batch.js';

const responseHeaders = new ResponseHeaders(200);
for (const name of ['content-type', 'server', 'date', 'x-envoy-upstream-service-time'])
  responseHeaders.add(name, '5');

const context = logContext({
  info: streamInfo({ upstreamHost: testHost(address('127.0.0.1', 9000)) }),
  requestHeaders: requestHeaders('/some/path?query=1', [
    ['accept', '*/*'],
    ['accept-encoding', 'gzip, br'],
    ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64)'],
    ['x-forwarded-for', '203.0.113.77'],
    ['x-forwarded-proto', 'http'],
    ['x-request-id', '03c7a614-6ac3-4d74-b98e-6ffee2c8dc79'],
  ]),
  responseHeaders,
});

export function add(bench: Bench): void {
  const line = compileFormat(defaultLogFormat);
  addBatched(bench, 'default access log line', () => line(context));
  const json = compileJsonFormat({
    time: '%START_TIME%',
    method: '%REQ(:METHOD)%',
    path: '%REQ(:PATH)%',
    code: '%RESPONSE_CODE%',
    flags: '%RESPONSE_FLAGS%',
    duration: '%DURATION%',
    upstream: '%UPSTREAM_HOST%',
  });
  addBatched(bench, 'JSON line of seven fields', () => json(context));
}
