import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { compileRegex, regexProblem, substitutionProblem } from '../../../src/match/regex.js';
import { compileSubstitution, parseSubstitution } from '../../../src/match/substitution.js';

test('patterns outside RE2 are refused with its words', () => {
  match(regexProblem('a(?=b)') ?? '', /invalid or unsupported Perl syntax/);
  match(regexProblem('(a)\\1') ?? '', /invalid escape sequence/);
  match(regexProblem('a(') ?? '', /^missing closing \)/);
  equal(regexProblem('^/a/[0-9]+$'), undefined);
});

test('a full match must take the whole text, also with alternatives', () => {
  equal(compileRegex('/a|/b').fullMatch('/b'), true);
  equal(compileRegex('/a|/b').fullMatch('/bc'), false);
  equal(compileRegex('/user/[0-9]+').fullMatch('/user/12'), true);
  equal(compileRegex('/user/[0-9]+').fullMatch('/user/12/x'), false);
});

test('patterns that are plain text with dots and stars agree with the engine', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '/',
    '.*',
    '\\.',
    '^',
    '$',
    '|',
    'c?',
    '\n',
    '.',
    '(',
    ')',
    '+',
    '[ab]',
  );
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', '.', '\n') });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), text, (pieces, input) => {
      const pattern = pieces.join('');
      if (regexProblem(pattern) !== undefined) return;
      const regex = compileRegex(pattern);
      equal(regex.fullMatch(input), RE2JS.matches(pattern, input), `${pattern} on ${JSON.stringify(input)}`);
      equal(regex.fullMatch(input) && !input.startsWith(regex.literalPrefix), false);
      equal(regex.search(input), RE2JS.compile(pattern).test(input));
    }),
    { numRuns: 2000 },
  );
});

test('the literal prefix is what every match begins with', () => {
  equal(compileRegex('/api/v[0-9]+/x').literalPrefix, '/api/v');
  equal(compileRegex('/api/.*').literalPrefix, '/api/');
  equal(compileRegex('/api/v1?').literalPrefix, '/api/v');
  equal(compileRegex('.*/api').literalPrefix, '');
  equal(compileRegex('/a|/b').literalPrefix, '');
  equal(compileRegex('(?i)/a').literalPrefix, '');
});

test('replaceAll replaces every match and empty matches between characters', () => {
  const replace = (pattern: string, text: string, by: string): string =>
    compileRegex(pattern).replaceAll(text, compileSubstitution(by));
  equal(replace('b*', 'abc', 'X'), 'XaXcX');
  equal(
    replace('^/service/([^/]+)(/.*)$', '/service/foo/v1/api', '\\2/instance/\\1'),
    '/v1/api/instance/foo',
  );
  equal(replace('one', '/xxx/one/yyy/one/zzz', 'two'), '/xxx/two/yyy/two/zzz');
  equal(replace('(?i)/xxx/', '/aaa/XxX/bbb', '/yyy/'), '/aaa/yyy/bbb');
  equal(replace('a', 'bbb', '\\0\\0'), 'bbb');
  equal(replace('(x)?a', 'a', '[\\1]'), '[]');
});

test('a substitution that asks for too much replaces nothing, and one with a bad escape ends there', () => {
  equal(compileRegex('(a)').replaceAll('bab', compileSubstitution('x\\2')), 'bab');
  equal(compileRegex('(a)').replaceAll('bab', compileSubstitution('x\\y')), 'bxb');
  equal(compileRegex('(a)').replaceAll('bab', compileSubstitution('[\\1]\\')), 'b[a]b');
});

test('substitutions take digits and backslashes only', () => {
  deepEqual(parseSubstitution('a\\1b\\\\'), ['a', 1, 'b\\']);
  match(String(parseSubstitution('a\\')), /not allowed at end/);
  match(String(parseSubstitution('\\x')), /followed by a digit/);
  match(substitutionProblem('(a)', '\\2') ?? '', /group 2/);
  equal(substitutionProblem('(a)', '\\1\\0'), undefined);
});
