import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { uriTemplateMatcher } from '../../../src/extensions/path/uri-template.js';
import { substitutionOf } from '../../../src/route/uri-template.js';
import { readText } from '../../support/config-text.js';

function read(template: string): ReturnType<typeof readMatch> {
  return readMatch(template);
}

function readMatch(template: string) {
  const yaml = `{path_template: "${template}"}`;
  return readText(uriTemplateMatcher.typeUrl, yaml, uriTemplateMatcher.parse);
}

test('variables become groups, in order', () => {
  const { value, problems } = read('/a/{first}/{second=x/**}');
  deepEqual(problems, []);
  deepEqual(value.variables, ['first', 'second']);
});

test('what is no template is refused', () => {
  const many = [1, 2, 3, 4, 5, 6].map((n) => `/{v${n}}`).join('');
  for (const template of ['a', '/a//b', '/{1a}', '/{a}/{a}', '/{a', '/**/b/*', '/***', '/a b', many]) {
    equal(read(template).problems.length, 1, template);
  }
  equal(read(`/{${'n'.repeat(17)}}`).problems.length, 1);
});

test('a rewrite needs the variables of the match', () => {
  const match = read('/{a}/{b}').value;
  const parts = (name: string) => [
    { kind: 'text', value: '/x\\' } as const,
    { kind: 'variable', value: name } as const,
  ];
  equal(substitutionOf({ parts: parts('b') }, match), '/x\\\\\\2');
  equal(substitutionOf({ parts: parts('c') }, match), null);
});
