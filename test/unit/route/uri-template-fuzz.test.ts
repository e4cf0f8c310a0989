import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { MersenneTwister } from '../../../src/base/mersenne-twister.js';
import { uriTemplateMatcher } from '../../../src/extensions/path/uri-template.js';
import { readText } from '../../support/config-text.js';

const rounds = 400;
const literalChars = "abZ019-._~%!$&'()+,;:@=";
const anyChars = `${literalChars}/{}*=*/{}a? "\\`;

function read(template: string) {
  const yaml = `{path_template: ${JSON.stringify(template)}}`;
  return readText(uriTemplateMatcher.typeUrl, yaml, uriTemplateMatcher.parse);
}

function dice(seed: number): (bound: number) => number {
  const twister = new MersenneTwister(seed);
  return (bound) => twister.next() % bound;
}

function textOf(chars: string, length: number, below: (bound: number) => number): string {
  return Array.from({ length }, () => chars[below(chars.length)]).join('');
}

test('a path made from a template matches it, and gives back what the variables were', () => {
  const below = dice(7);
  for (let round = 0; round < rounds; round++) {
    const values: string[] = [];
    const segments = Array.from({ length: 1 + below(5) }, () => {
      const text = textOf(literalChars, 1 + below(6), below);
      if (below(2) === 0) return { template: text, path: text };
      values.push(text);
      return { template: `{v${values.length}}`, path: text };
    });
    const template = segments.map((segment) => `/${segment.template}`).join('');
    const path = segments.map((segment) => `/${segment.path}`).join('');
    const { value, problems } = read(template);
    deepEqual(problems, [], template);
    const whole = new RegExp(`^(?:${value.pattern})$`);
    deepEqual(whole.exec(path)?.slice(1), values, `${template} of ${path}`);
    equal(whole.test(`${path}/more`), false, template);
  }
});

test('whatever is written as a template is either told to be none or compiles', () => {
  const below = dice(11);
  let accepted = 0;
  for (let round = 0; round < rounds; round++) {
    const template = `/${textOf(anyChars, below(12), below)}`;
    const { value, problems } = read(template);
    if (problems.length > 0) continue;
    accepted++;
    equal(typeof new RegExp(value.pattern).source, 'string', template);
  }
  ok(accepted > 20);
});
