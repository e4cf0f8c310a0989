import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { basicAuthFilter } from '../../../../../../src/extensions/filters/http/basic-auth/basic-auth.js';
import {
  parseBasicAuth,
  parseBasicAuthPerRoute,
} from '../../../../../../src/extensions/filters/http/basic-auth/config.js';
import { readText } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const hash = '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=';
const read = (text: string) => readText(basicAuthFilter.typeUrl, text, parseBasicAuth);
const users = `users: { inline_string: "me:${hash}" }`;
const right = `Basic ${Buffer.from('me:myPassword').toString('base64')}`;

test('who is known passes, and the upstream is told the name', () => {
  const { build, stats } = filterThread();
  const { filter, info } = build(
    basicAuthFilter,
    read(`${users}\nforward_username_header: x-user\nemit_dynamic_metadata: true`).value,
  )();
  const headers = requestHeaders('/', [
    ['authorization', right],
    ['x-user', 'root'],
  ]);
  equal(filter.onRequestHeaders?.(headers, true), HeadersStatus.Continue);
  deepEqual(fieldsOf(headers), [`authorization: ${right}`, 'x-user: me']);
  deepEqual(info.dynamicMetadata?.get('envoy.filters.http.basic_auth'), { username: 'me' });
  deepEqual(Object.fromEntries(stats), { 'http.test.basic_auth.allowed': 1 });
});

test('every reason to refuse has details of its own', () => {
  const { build, stats } = filterThread();
  const start = build(basicAuthFilter, read(users).value);
  const outcomes: readonly (readonly [string, string])[] = [
    ['Bearer x', 'invalid_scheme_for_basic_auth'],
    ['Basic x', 'invalid_format_for_basic_auth'],
    [`Basic ${Buffer.from('me:other').toString('base64')}`, 'invalid_credential_for_basic_auth'],
  ];
  for (const [value, details] of outcomes) {
    const { filter, replies } = start();
    filter.onRequestHeaders?.(requestHeaders('/', [['authorization', value]]), true);
    equal(replies[0]?.options.details, details);
    deepEqual(replies[0]?.options.headers, [['www-authenticate', 'Basic realm="http://example.com/"']]);
  }
  equal(stats.get('http.test.basic_auth.denied'), 3);
});

test('a route has users of its own, and the realm of the filter unless it has one', () => {
  const { build } = filterThread();
  const onRoute = (text: string) =>
    readText('envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute', text, parseBasicAuthPerRoute)
      .value;
  const start = build(basicAuthFilter, read(`${users}\nrealm: outer`).value);
  const realms = ['', '\nrealm: inner'].map((realm) => {
    const { filter, replies } = start([onRoute(`users: { inline_string: "you:${hash}" }${realm}`)]);
    filter.onRequestHeaders?.(requestHeaders('/', [['authorization', right]]), true);
    return replies[0]?.options.headers?.[0]?.[1];
  });
  deepEqual(realms, ['Basic realm="outer"', 'Basic realm="inner"']);
});

test('files of another form are refused in the words of Envoy', () => {
  const problem = (text: string) => read(`users: { inline_string: ${JSON.stringify(text)} }`).problems[0];
  equal(problem('me'), 'basic auth: invalid htpasswd format, username:password is expected');
  equal(problem('me:$apr1$x'), 'basic auth: unsupported htpasswd format: please use {SHA}');
  equal(problem(':x'), 'basic auth: empty user name or password');
  equal(problem(`me:${hash}\nme:${hash}`), 'basic auth: duplicate users');
  equal(problem('me:{SHA}x'), 'basic auth: invalid htpasswd format, invalid SHA hash length');
  equal(problem(`# comment\n\nme:${hash}\n`), undefined);
});
