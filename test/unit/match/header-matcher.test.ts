import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildHeaderMatcher,
  buildHeaderMatchers,
  parseHeaderMatcher,
} from '../../../src/match/header-matcher.js';
import { readText } from '../../support/config-text.js';
import { requestHeaders } from '../../support/stream-info.js';

const type = 'envoy.config.route.v3.HeaderMatcher';

function matches(rule: string, ...values: string[]): boolean {
  const { value, problems } = readText(type, `{name: X-A, ${rule}}`, parseHeaderMatcher);
  deepEqual(problems, []);
  return buildHeaderMatcher(value)(
    requestHeaders(
      '/p',
      values.map((text) => ['x-a', text] as const),
    ),
  );
}

test('each value of a repeated header is compared alone', () => {
  equal(matches('string_match: {exact: b}', 'a', 'b'), true);
  equal(matches('string_match: {exact: "a,b"}', 'a', 'b'), false);
  equal(matches('range_match: {start: 1, end: 10}', '50', '5'), true);
});

test('inverting asks that no value matches', () => {
  equal(matches('string_match: {exact: b}, invert_match: true', 'a', 'b'), false);
  equal(matches('string_match: {exact: b}, invert_match: true', 'a', 'c'), true);
});

test('an absent header matches nothing, inverted or not, unless it counts as empty', () => {
  equal(matches('string_match: {exact: b}'), false);
  equal(matches('string_match: {exact: b}, invert_match: true'), false);
  equal(matches('string_match: {exact: b}, invert_match: true, treat_missing_header_as_empty: true'), true);
  equal(matches('string_match: {exact: ""}, treat_missing_header_as_empty: true'), true);
});

test('presence is asked for by present_match, by an empty exact_match or by nothing', () => {
  equal(matches('present_match: true', 'v'), true);
  equal(matches('present_match: true'), false);
  equal(matches('present_match: false'), true);
  equal(matches('present_match: true, invert_match: true'), true);
  equal(matches('invert_match: true'), true);
  equal(matches('exact_match: ""', 'v'), true);
  equal(matches('exact_match: ""'), false);
  equal(matches('present_match: true, treat_missing_header_as_empty: true'), true);
  equal(matches('present_match: false, invert_match: true, treat_missing_header_as_empty: true'), true);
});

test('ranges are half open and want a whole number', () => {
  equal(matches('range_match: {start: 1, end: 10}', '1'), true);
  equal(matches('range_match: {start: 1, end: 10}', '10'), false);
  equal(matches('range_match: {start: 1, end: 10}', '+5'), true);
  equal(matches('range_match: {start: -5, end: 0}', '-1'), true);
  equal(matches('range_match: {start: 1, end: 10}', '5x'), false);
  equal(matches('range_match: {start: 1, end: 10}', ''), false);
});

test('the deprecated forms compare as their successors', () => {
  equal(matches('exact_match: v', 'v'), true);
  equal(matches('prefix_match: v', 'vw'), true);
  equal(matches('suffix_match: w', 'vw'), true);
  equal(matches('contains_match: x', 'axb'), true);
  equal(matches('safe_regex_match: {regex: "[0-9]+"}', '12'), true);
});

test('pseudo-headers can be asked for, and all matchers must pass', () => {
  const read = (yaml: string) => readText(type, yaml, parseHeaderMatcher).value;
  const both = buildHeaderMatchers([
    read('{name: ":path", string_match: {prefix: /p}}'),
    read('{name: ":method", string_match: {exact: GET}}'),
  ]);
  equal(both?.(requestHeaders('/p')), true);
  equal(both?.(requestHeaders('/q')), false);
  equal(buildHeaderMatchers([]), null);
});
