import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { LogContext } from '../../../src/api/stream-info.js';
import { HeaderMap, ResponseHeaders } from '../../../src/base/header-map.js';
import { defaultLogFormat } from '../../../src/format/substitution-format.js';
import { compileFormat, constantFormat, formatProblem } from '../../../src/format/text-format.js';
import {
  address,
  connectionInfo,
  logContext,
  requestHeaders,
  streamInfo,
} from '../../support/stream-info.js';
import { testHost } from '../../support/test-host.js';

const render = (format: string, context: LogContext = logContext()): string => compileFormat(format)(context);

test('the default line shows the whole exchange', () => {
  const responseHeaders = new ResponseHeaders(200);
  responseHeaders.add('x-envoy-upstream-service-time', '5');
  const context = logContext({
    info: streamInfo({ upstreamHost: testHost(address('127.0.0.1', 9000)) }),
    requestHeaders: requestHeaders('/new', [
      ['x-envoy-original-path', '/old'],
      ['user-agent', 'curl'],
      ['x-request-id', 'id-1'],
    ]),
    responseHeaders,
  });
  equal(
    render(defaultLogFormat, context),
    '[2020-01-02T03:04:05.678Z] "GET /old HTTP/1.1" 200 - 3 14 12 5 "-" "curl" "id-1" "example.com" "127.0.0.1:9000"\n',
  );
});

test('percent signs are doubled, missing values are a dash or nothing', () => {
  equal(render('100%% of %REQ(x-none)%|'), '100% of -|');
  equal(compileFormat('a%REQ(x-none)%b', { omitEmptyValues: true })(logContext()), 'ab');
  equal(constantFormat('50%%'), '50%');
  equal(constantFormat('%PROTOCOL%'), undefined);
});

test('headers fall back to a second name, keep the first value and can be cut', () => {
  const context = logContext({
    requestHeaders: requestHeaders('/p', [
      ['x-a', 'first'],
      ['x-a', 'second'],
    ]),
  });
  equal(render('%REQ(X-A)%', context), 'first');
  equal(render('%REQUEST_HEADER(X-B?X-A):3%', context), 'fir');
  equal(render('%REQ(:AUTHORITY)% %REQ(:PATH):0%|', context), 'example.com |');
  equal(render('%RESP(:STATUS)%', context), '200');
});

test('trailers are read when there are some', () => {
  const responseTrailers = new HeaderMap();
  responseTrailers.add('grpc-status', '5');
  equal(render('%TRAILER(grpc-status)%', logContext({ responseTrailers })), '5');
  equal(render('%TRAILER(grpc-status)%'), '-');
});

test('times follow strftime with subsecond digits', () => {
  equal(
    render('%START_TIME(%s %f %3f %6f %b %Y %e|%j %a %H:%M:%S.%5f %Ez %z)%'),
    '1577934245 678000000 678 678000 Jan 2020  2|002 Thu 03:04:05.67800 +00:00 +0000',
  );
  equal(render('%START_TIME(%Y/%m/%dT%T %y %p %I %Z)%'), '2020/01/02T03:04:05 20 AM 03 UTC');
  equal(render('%EMIT_TIME(%S.%3f)%'), '05.690');
});

test('durations are whole milliseconds between the points that happened', () => {
  equal(
    render('%DURATION% %REQUEST_DURATION% %REQUEST_TX_DURATION% %RESPONSE_DURATION% %RESPONSE_TX_DURATION%'),
    '12 1 3 8 3',
  );
  equal(
    render('%COMMON_DURATION(US_TX_BEG:US_RX_BEG:us)% %COMMON_DURATION(DS_RX_BEG:US_CX_BEG:ms)%'),
    '6000 -',
  );
  const times = { ...streamInfo().times, upstreamFirstRxMs: Number.NaN };
  equal(render('%RESPONSE_DURATION%', logContext({ info: streamInfo({ times }) })), '-');
});

test('addresses come whole, without port, masked, or as the port alone', () => {
  equal(render('%DOWNSTREAM_REMOTE_ADDRESS%'), '203.0.113.77:4000');
  equal(render('%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'), '203.0.113.77');
  equal(render('%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(16)%'), '203.0.0.0/16');
  equal(render('%DOWNSTREAM_DIRECT_REMOTE_ADDRESS% %DOWNSTREAM_LOCAL_PORT%'), '10.0.0.9:4000 8080');
  equal(render('%UPSTREAM_LOCAL_ADDRESS% %UPSTREAM_REMOTE_PORT%'), '- -');
  const pipe = { ip: '/run/s', port: 0, text: '/run/s', isIp: false };
  const info = streamInfo({ connection: connectionInfo({ localAddress: pipe }) });
  equal(
    render('%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_LOCAL_PORT%', logContext({ info })),
    '/run/s ',
  );
});

test('flags are joined in their order and have long names', () => {
  const info = streamInfo({ responseFlags: (1 << 15) | (1 << 5) });
  equal(render('%RESPONSE_FLAGS%', logContext({ info })), 'URX,UF');
  equal(
    render('%RESPONSE_FLAGS_LONG%', logContext({ info })),
    'UpstreamRetryLimitExceeded,UpstreamConnectionFailure',
  );
  equal(render('%RESPONSE_FLAGS%'), '-');
});

test('details lose their spaces unless they are wanted', () => {
  const context = logContext({ info: streamInfo({ responseCodeDetails: 'a b' }) });
  equal(render('%RESPONSE_CODE_DETAILS% %RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%', context), 'a_b a b');
});

test('the gRPC status is shown for gRPC requests only, by name or number', () => {
  const responseTrailers = new HeaderMap();
  responseTrailers.add('grpc-status', '4');
  const grpc = requestHeaders('/s/m', [['content-type', 'application/grpc+proto']]);
  const context = logContext({ requestHeaders: grpc, responseTrailers });
  equal(
    render('%GRPC_STATUS% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS_NUMBER%', context),
    'DeadlineExceeded DEADLINE_EXCEEDED 4',
  );
  equal(render('%GRPC_STATUS%', logContext({ responseTrailers })), '-');
  const refused = logContext({ requestHeaders: grpc, info: streamInfo({ responseCode: 503 }) });
  equal(render('%GRPC_STATUS%', refused), 'Unavailable');
});

test('paths and queries are taken apart', () => {
  const context = logContext({
    requestHeaders: requestHeaders('/new?a=1&b=%41', [['x-envoy-original-path', '/old?o=%42']]),
  });
  equal(
    render('%PATH% %PATH(NQ)% %PATH(WQ:PATH)% %PATH(NQ:ORIG)%', context),
    '/old?o=%42 /old /new?a=1&b=%41 /old',
  );
  equal(render('%QUERY_PARAM(b)% %QUERY_PARAM(c)% %QUERY_PARAM(a):0%|', context), 'A - |');
  equal(render('%QUERY_PARAMS(ORIG)% %QUERY_PARAMS(DECODED)%', context), 'o=%42 o=B');
});

test('metadata and filter state print bare strings or JSON', () => {
  const info = streamInfo({
    dynamicMetadata: new Map([['ns', { k: 'text', deep: { n: 1 } }]]),
    routeMetadata: { ns: { k: [1, 'x'] } },
    filterState: new Map<string, unknown>([
      ['state', { user: 'u' }],
      ['text', 'plain'],
    ]),
  });
  const context = logContext({ info });
  equal(
    render(
      '%DYNAMIC_METADATA(ns:k)% %DYNAMIC_METADATA(ns:deep)% %DYNAMIC_METADATA(ns:deep:n)% %DYNAMIC_METADATA(x)%',
      context,
    ),
    'text {"n":1} 1 -',
  );
  equal(render('%METADATA(ROUTE:ns:k):4% %DYNAMIC_METADATA(["ns","k"])%', context), '[1," text');
  equal(
    render(
      '%FILTER_STATE(state)% %FILTER_STATE(state:FIELD:user)% %FILTER_STATE(text:PLAIN)% %FILTER_STATE(text)%',
      context,
    ),
    '{"user":"u"} u plain "plain"',
  );
});

test('text of the configuration beyond ASCII becomes its UTF-8 bytes', () => {
  equal(
    Buffer.from(
      render(
        '\u00e9%REQ(x-a)%',
        logContext({ requestHeaders: requestHeaders('/', [['x-a', '\u00c3\u00a9']]) }),
      ),
      'latin1',
    ).toString('utf8'),
    '\u00e9\u00e9',
  );
});

test('what TLS or tracing would say is accepted and missing', () => {
  equal(
    render(
      '%DOWNSTREAM_TLS_VERSION% %DOWNSTREAM_PEER_URI_SAN% %TRACE_ID% %DOWNSTREAM_PEER_CERT_V_START(%Y)%',
    ),
    '- - - -',
  );
});

test('COALESCE takes the first operator that has a value', () => {
  equal(render('%COALESCE({"operators":[{"command":"REQ","param":"x-none"},"PROTOCOL"]})%'), 'HTTP/1.1');
  match(formatProblem('%COALESCE({})%') ?? '', /operators/);
});

test('the process is named by host name and environment', () => {
  process.env['SLUICE_FORMAT_TEST'] = 'value';
  equal(render('%ENVIRONMENT(SLUICE_FORMAT_TEST):3% %ENVIRONMENT(SLUICE_NO_SUCH)%'), 'val -');
  match(render('%HOSTNAME%'), /^.+$/);
  match(render('%UNIQUE_ID%'), /^[0-9a-f-]{36}$/);
});

test('mistakes are told in the words that operators know', () => {
  const expected: readonly (readonly [format: string, problem: string])[] = [
    ['%FOO%', 'Not supported field in StreamInfo: FOO'],
    ['%REQ%', 'REQ requires parameters'],
    ['%REQ()%', 'REQ requires parameters'],
    ['%DURATION(x)%', 'DURATION does not take any parameters or length'],
    ['%PROTOCOL:3%', 'PROTOCOL does not take any parameters or length'],
    ['%METADATA(FOO:x)%', 'FOO is not supported type of metadata'],
    ['%PATH(XX)%', "Invalid PATH option: 'XX', only 'WQ'/'NQ' are allowed"],
    [
      '%GRPC_STATUS(FOO)%',
      'GrpcStatusFormatter only supports CAMEL_STRING, SNAKE_STRING or NUMBER. Got: FOO',
    ],
    ['%REQ(a?b?c)%', 'More than 1 alternative header specified in token: a?b?c'],
    ['%REQ_WITHOUT_QUERY(a)%', 'Not supported field in StreamInfo: REQ_WITHOUT_QUERY'],
    ['%FILTER_STATE(a:b)%', 'Invalid filter state serialize type, only support PLAIN/TYPED/FIELD.'],
    ['%START_TIME:3%', 'START_TIME does not allow length to be specified.'],
    ['%COMMON_DURATION(DS_RX_BEG:DS_RX_END:s)%', 'Invalid common duration precision: s.'],
    ['a % b', "Incorrect configuration: a % b. Couldn't find valid command at position 2"],
    ['%REQ(a):x%', "Incorrect configuration: %REQ(a):x%. Couldn't find valid command at position 0"],
    ['%%%', "Incorrect configuration: %%%. Couldn't find valid command at position 2"],
  ];
  for (const [format, problem] of expected) equal(formatProblem(format), problem);
});

test('what the real one accepts is accepted', () => {
  const accepted =
    '%START_TIME(%Q)% %COMMON_DURATION(A:B:ms)% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(x)% %QUERY_PARAMS% %PATH:3% %METADATA(ROUTE)% %CUSTOM_FLAGS% %EMIT_TIME_LOCAL(%s)%';
  equal(formatProblem(accepted), undefined);
});
