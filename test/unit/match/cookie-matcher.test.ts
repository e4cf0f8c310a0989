import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { buildCookieMatcher, cookieValue, parseCookieMatcher } from '../../../src/match/cookie-matcher.js';
import { readText } from '../../support/config-text.js';
import { requestHeaders } from '../../support/stream-info.js';

test('the first cookie of a name is found in any line, without its quotes', () => {
  const headers = requestHeaders('/', [
    ['cookie', 'b=2; aa=3'],
    ['cookie', 'a="1";a=9'],
  ]);
  equal(cookieValue(headers, 'a'), '1');
  equal(cookieValue(headers, 'aa'), '3');
  equal(cookieValue(headers, 'c'), undefined);
});

test('an absent cookie does not match, and inverted it does', () => {
  const matches = (yaml: string, cookie: string): boolean => {
    const { value } = readText('envoy.config.route.v3.CookieMatcher', yaml, parseCookieMatcher);
    return buildCookieMatcher(value)(requestHeaders('/', [['cookie', cookie]]));
  };
  equal(matches('{name: a, string_match: {exact: "1"}}', 'a=1'), true);
  equal(matches('{name: a, string_match: {exact: "1"}}', 'a=2; a=1'), false);
  equal(matches('{name: a, string_match: {exact: "1"}}', 'b=1'), false);
  equal(matches('{name: a, string_match: {exact: "1"}, invert_match: true}', 'b=1'), true);
});
