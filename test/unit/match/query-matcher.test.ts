import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { buildQueryMatcher, parseQueryMatcher, queryParameter } from '../../../src/match/query-matcher.js';
import { readText } from '../../support/config-text.js';

const matches = (yaml: string, path: string): boolean =>
  buildQueryMatcher(readText('envoy.config.route.v3.QueryParameterMatcher', yaml, parseQueryMatcher).value)(
    path,
  );

test('the first value of a key counts, up to & or #, and is not decoded', () => {
  equal(queryParameter('/p?b=2&a=1&a=2', 'a'), '1');
  equal(queryParameter('/p?a', 'a'), '');
  equal(queryParameter('/p?a=', 'a'), '');
  equal(queryParameter('/p?ab=1', 'a'), undefined);
  equal(queryParameter('/p?a=%20#x', 'a'), '%20');
  equal(queryParameter('/p#?a=1', 'b'), undefined);
  equal(queryParameter('/p?x&a=b=c&', 'a'), 'b=c');
  equal(queryParameter('/p', 'a'), undefined);
});

test('without a text to compare, presence decides', () => {
  equal(matches('{name: a}', '/p?a'), true);
  equal(matches('{name: a}', '/p?b'), false);
  equal(matches('{name: a, present_match: false}', '/p?b'), true);
  equal(matches('{name: a, present_match: false}', '/p?a=1'), false);
  equal(matches('{name: a, string_match: {exact: "1"}}', '/p?a=1'), true);
  equal(matches('{name: a, string_match: {exact: "1"}}', '/p?a=2&a=1'), false);
});
