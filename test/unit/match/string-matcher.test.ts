import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { buildStringMatcher, lowerAscii, parseStringMatcher } from '../../../src/match/string-matcher.js';
import { readText } from '../../support/config-text.js';

const read = (yaml: string) => readText('envoy.type.matcher.v3.StringMatcher', yaml, parseStringMatcher);
const matches = (yaml: string, text: string): boolean => {
  const { value, problems } = read(yaml);
  deepEqual(problems, []);
  return buildStringMatcher(value)(text);
};

test('each kind compares its own part of the text', () => {
  equal(matches('{exact: abc}', 'abc'), true);
  equal(matches('{exact: abc}', 'abcd'), false);
  equal(matches('{prefix: ab}', 'abc'), true);
  equal(matches('{prefix: ab}', 'cab'), false);
  equal(matches('{suffix: bc}', 'abc'), true);
  equal(matches('{suffix: bc}', 'bcd'), false);
  equal(matches('{contains: b}', 'abc'), true);
  equal(matches('{contains: x}', 'abc'), false);
  equal(matches('{safe_regex: {regex: "a.c"}}', 'abc'), true);
  equal(matches('{safe_regex: {google_re2: {}, regex: "a.c"}}', 'abcd'), false);
});

test('ignore_case folds ASCII letters and nothing else', () => {
  equal(matches('{exact: AbC, ignore_case: true}', 'aBc'), true);
  equal(matches('{prefix: AB, ignore_case: true}', 'abc'), true);
  equal(matches('{contains: "\u00c4", ignore_case: true}', '\u00e4'), false);
  equal(lowerAscii('A\u00c4Z'), 'a\u00c4z');
});

test('a regular expression that RE2 refuses is a problem at its place', () => {
  deepEqual(read('{safe_regex: {regex: "a("}}').problems.length, 1);
});

test('custom matchers are named as not supported', () => {
  const custom =
    '{custom: {name: x, typed_config: {"@type": type.googleapis.com/google.protobuf.Struct, value: {}}}}';
  deepEqual(read(custom).unsupported, ['custom']);
});
