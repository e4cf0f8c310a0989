import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Plain } from '../../../src/base/plain.js';
import { buildMetadataMatcher, parseMetadataMatcher } from '../../../src/match/metadata-matcher.js';
import { readText } from '../../support/config-text.js';

function matches(value: string, data: Plain, extra = ''): boolean {
  const yaml = `{filter: ns, path: [{key: a}, {key: b}], value: ${value}${extra}}`;
  const config = readText('envoy.type.matcher.v3.MetadataMatcher', yaml, parseMetadataMatcher).value;
  return buildMetadataMatcher(config)((namespace) => (namespace === 'ns' ? data : undefined));
}

test('values are found along the path and compared by their kind', () => {
  equal(matches('{string_match: {exact: x}}', { a: { b: 'x' } }), true);
  equal(matches('{string_match: {exact: x}}', { a: { b: 1 } }), false);
  equal(matches('{string_match: {exact: x}}', { a: 'x' }), false);
  equal(matches('{bool_match: true}', { a: { b: true } }), true);
  equal(matches('{double_match: {exact: 2}}', { a: { b: 2 } }), true);
  equal(matches('{double_match: {range: {start: 1, end: 2}}}', { a: { b: 2 } }), false);
  equal(matches('{null_match: {}}', { a: { b: null } }), true);
  equal(matches('{present_match: true}', { a: { b: 0 } }), true);
  equal(matches('{present_match: true}', { a: {} }), false);
  equal(matches('{list_match: {one_of: {string_match: {prefix: x}}}}', { a: { b: ['y', 'xz'] } }), true);
  equal(
    matches('{or_match: {value_matchers: [{bool_match: true}, {double_match: {exact: 1}}]}}', {
      a: { b: 1 },
    }),
    true,
  );
});

test('invert turns the answer round, also for what is not there', () => {
  equal(matches('{string_match: {exact: x}}', undefined, ', invert: true'), true);
  equal(matches('{string_match: {exact: x}}', { a: { b: 'x' } }, ', invert: true'), false);
});
