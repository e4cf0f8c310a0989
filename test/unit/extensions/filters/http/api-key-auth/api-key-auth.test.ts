import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { apiKeyAuthFilter } from '../../../../../../src/extensions/filters/http/api-key-auth/api-key-auth.js';
import {
  parseApiKeyAuth,
  parseApiKeyAuthPerRoute,
} from '../../../../../../src/extensions/filters/http/api-key-auth/config.js';
import { readText } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const config = (text: string) => readText(apiKeyAuthFilter.typeUrl, text, parseApiKeyAuth).value;
const onRoute = (text: string) =>
  readText('envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute', text, parseApiKeyAuthPerRoute)
    .value;
const filterText = `credentials: [{ key: k1, client: c1 }, { key: k2, client: c2 }]
key_sources: [{ header: x-key }, { query: key }, { cookie: key }]
forwarding: { header: x-client, hide_credentials: true }`;

test('a key is found in header, query or cookie, hidden, and its client told', () => {
  const { build, stats } = filterThread();
  const start = build(apiKeyAuthFilter, config(filterText));
  const requests = [
    requestHeaders('/?a=1', [['x-key', 'Bearer k1']]),
    requestHeaders('/?a=1&key=k%31'),
    requestHeaders('/?a=1', [['cookie', 'b=c; key=k1']]),
  ];
  for (const headers of requests)
    equal(start().filter.onRequestHeaders?.(headers, true), HeadersStatus.Continue);
  deepEqual(
    requests.map((headers) => [headers.path, ...fieldsOf(headers)]),
    [
      ['/?a=1', 'x-client: c1'],
      ['/?a=1', 'x-client: c1'],
      ['/?a=1', 'x-client: c1', 'cookie: b=c'],
    ],
  );
  equal(stats.get('http.test.api_key_auth.allowed'), 3);
});

test('a route admits the clients it names alone', () => {
  const { build, stats } = filterThread();
  const start = build(apiKeyAuthFilter, config(filterText));
  const route = onRoute('allowed_clients: [c1]');
  const details = ['k1', 'k2', 'k3', ''].map((key) => {
    const { filter, replies } = start([route]);
    filter.onRequestHeaders?.(requestHeaders('/', key === '' ? [] : [['x-key', key]]), true);
    return replies[0]?.options.details;
  });
  deepEqual(details, [undefined, 'client_not_allowed', 'unknown_api_key', 'missing_api_key']);
  deepEqual(Object.fromEntries(stats), {
    'http.test.api_key_auth.allowed': 1,
    'http.test.api_key_auth.forbidden': 1,
    'http.test.api_key_auth.unauthorized': 2,
  });
});
