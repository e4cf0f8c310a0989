import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildMutationRules,
  parseMutationRules,
} from '../../../../../../src/extensions/filters/http/ext-authz/mutation-rules.js';
import { readText } from '../../../../../support/config-text.js';

const names = ['x-a', 'x-envoy-b', ':path', ':method', 'host'];

function allowed(fields: string): readonly string[] {
  const type = 'envoy.config.common.mutation_rules.v3.HeaderMutationRules';
  const { value, problems } = readText(type, `{ ${fields} }`, parseMutationRules);
  deepEqual(problems, []);
  return names.filter(buildMutationRules(value));
}

test('without rules of its own routing and x-envoy headers are protected', () => {
  deepEqual(allowed(''), ['x-a', ':path']);
  deepEqual(allowed('allow_all_routing: true, allow_envoy: true'), names);
  deepEqual(allowed('disallow_system: true'), ['x-a']);
});

test('expressions go before the rest, refusals before permissions', () => {
  deepEqual(allowed('disallow_all: true'), []);
  deepEqual(allowed('disallow_all: true, allow_expression: { google_re2: {}, regex: "x-.*" }'), [
    'x-a',
    'x-envoy-b',
  ]);
  const both =
    'allow_expression: { google_re2: {}, regex: "x-.*" }, disallow_expression: { google_re2: {}, regex: x-a }';
  deepEqual(allowed(both), ['x-envoy-b', ':path']);
});
