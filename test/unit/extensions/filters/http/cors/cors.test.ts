import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { corsFilter } from '../../../../../../src/extensions/filters/http/cors/cors.js';
import { parseCorsPolicy } from '../../../../../../src/route/cors-policy.js';
import { readText } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { find, tableOf } from '../../../../../support/route-table.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

function policy(text: string) {
  const read = readText('envoy.extensions.filters.http.cors.v3.CorsPolicy', text, parseCorsPolicy);
  deepEqual(read.problems, []);
  return read.value;
}

const forwarded = find(tableOf('{ match: { prefix: / }, route: { cluster: c } }'), '/');
const good = 'allow_origin_string_match: [{ exact: "http://good" }]';

function ask(policies: readonly string[], fields: readonly [string, string][], method = 'OPTIONS') {
  const thread = filterThread();
  const start = thread.build(corsFilter, null);
  const stream = start(policies.map(policy), undefined, forwarded);
  const headers = requestHeaders('/', fields);
  headers.method = method;
  return { ...stream, stats: thread.stats, status: stream.filter.onRequestHeaders?.(headers, true) };
}

const preflight: [string, string][] = [
  ['origin', 'http://good'],
  ['access-control-request-method', 'PUT'],
  ['access-control-request-headers', 'x-a'],
];

test('a preflight is answered from the fields of all levels, the most specific first', () => {
  const { answers, status } = ask(
    [`{ ${good}, allow_methods: GET, max_age: "5" }`, '{ allow_methods: "*", allow_headers: "*" }'],
    preflight,
  );
  equal(status, HeadersStatus.Stop);
  deepEqual(answers.map(fieldsOf), [
    [
      'access-control-allow-origin: http://good',
      'access-control-allow-methods: PUT',
      'access-control-allow-headers: x-a',
      'access-control-max-age: 5',
    ],
  ]);
});

test('a preflight of another origin is forwarded, unless the policy says otherwise', () => {
  const foreign: [string, string][] = [['origin', 'http://bad'], preflight[1] as [string, string]];
  equal(ask([`{ ${good} }`], foreign).status, HeadersStatus.Continue);
  const refused = ask([`{ ${good}, forward_not_matching_preflights: false }`], foreign);
  equal(refused.status, HeadersStatus.Stop);
  deepEqual(refused.answers.map(fieldsOf), [[]]);
  equal(refused.stats.get('http.test.cors.origin_invalid'), 1);
});

test('the answer of the upstream says who may read it', () => {
  const { filter, stats } = ask(
    [`{ ${good}, expose_headers: x-b, allow_credentials: true }`],
    preflight,
    'GET',
  );
  const headers = new ResponseHeaders(200);
  headers.add('access-control-allow-origin', 'http://other');
  filter.onResponseHeaders?.(headers, true);
  deepEqual(fieldsOf(headers), [
    'access-control-allow-origin: http://good',
    'access-control-allow-credentials: true',
    'access-control-expose-headers: x-b',
  ]);
  equal(stats.get('http.test.cors.origin_valid'), 1);
});

test('a shadow policy counts and changes nothing', () => {
  const off = 'filter_enabled: { default_value: { numerator: 0 } }';
  const shadow = 'shadow_enabled: { default_value: { numerator: 100 } }';
  const { status, stats } = ask([`{ ${good}, ${off}, ${shadow} }`], preflight);
  equal(status, HeadersStatus.Continue);
  equal(stats.get('http.test.cors.origin_valid'), 1);
  equal(ask([`{ ${good}, ${off} }`], preflight).stats.size, 0);
});
