import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareTemplates,
  matchTemplate,
  type PathTemplate,
  parseTemplate,
  unescapeValue,
} from '../../../../../../src/extensions/filters/http/grpc-json-transcoder/path-template.js';

function matched(template: string, path: string): string | null {
  const bindings = matchTemplate(parseTemplate(template) as PathTemplate, path.slice(1).split('/'));
  return bindings?.map((it) => `${it.path.join('.')}=${it.segments.join('/')}`).join(' ') ?? null;
}

test('variables take the segments that their pattern matches', () => {
  equal(matched('/v1/{a}/b/{c.d}', '/v1/x/b/y'), 'a=x c.d=y');
  equal(matched('/v1/{a=x/*}', '/v1/x/y'), 'a=x/y');
  equal(matched('/v1/{a=**}/end', '/v1/x/y/z/end'), 'a=x/y/z');
  equal(matched('/v1/{a=**}/end', '/v1/end'), 'a=');
  equal(matched('/v1/{a}', '/v1/x/y'), null);
  equal(matched('/v1/*/b', '/v1/x/c'), null);
});

test('texts that are no templates are told', () => {
  for (const text of ['v1', '/v1/{a', '/v1//b', '/{a=**}/**', '/{}']) equal(parseTemplate(text), null, text);
  equal(parseTemplate('/v1/{a=x/*}:go')?.verb, 'go');
});

test('literals go before wildcards', () => {
  const sorted = ['/a/**', '/a/*', '/a/b', '/*/b'].map((text) => parseTemplate(text) as PathTemplate);
  sorted.sort(compareTemplates);
  deepEqual(
    sorted.map(({ segments }) => segments.join('/')),
    ['a/b', 'a/*', 'a/**', '*/b'],
  );
});

test('reserved characters stay escaped in values of several segments', () => {
  equal(unescapeValue('a%2Fb%20c%', false, 'ALL_CHARACTERS_EXCEPT_RESERVED'), 'a/b c%');
  equal(unescapeValue('a%2Fb%3Ac%20', true, 'ALL_CHARACTERS_EXCEPT_RESERVED'), 'a%2Fb%3Ac ');
  equal(unescapeValue('a%2Fb%3Ac', true, 'ALL_CHARACTERS_EXCEPT_SLASH'), 'a%2Fb:c');
  equal(unescapeValue('a%2Fb%C3%A9', true, 'ALL_CHARACTERS'), 'a/bé');
});
