import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { MatchedRequest } from '../../../src/match/match-input.js';
import { buildMatcher, type Matcher, parseMatcher } from '../../../src/match/matcher-tree.js';
import { type ReadText, readText } from '../../support/config-text.js';
import { requestHeaders, streamInfo } from '../../support/stream-info.js';

const place = {
  action: (node: { readonly typeName: string }) => node.typeName,
  inputProblem: (typeName: string) => (typeName.endsWith('SourcePortInput') ? 'no ports' : undefined),
};

function read(yaml: string): ReadText<ReturnType<typeof parseMatcher<string>>> {
  return readText('xds.type.matcher.v3.Matcher', yaml, (node) => parseMatcher(node, place));
}

function matcherOf(yaml: string): Matcher<string> {
  const { value, problems } = read(yaml);
  deepEqual(problems, []);
  return buildMatcher(structuredClone(value), (action) => action);
}

function to(name: string): string {
  return `{action: {name: a, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.common.matcher.action.v3.SkipFilter}}, keep_matching: ${name === 'kept'}}`;
}

function input(type: string, fields = ''): string {
  return `{name: i, typed_config: {"@type": type.googleapis.com/${type}${fields}}}`;
}

function requestOf(path: string, changes: Partial<MatchedRequest> = {}): MatchedRequest {
  return { headers: requestHeaders(path), info: streamInfo(), ...changes };
}

const query = input('envoy.type.matcher.v3.HttpRequestQueryParamMatchInput', ', query_param: q');
const source = input('envoy.extensions.matching.common_inputs.network.v3.SourceIPInput');
const serverName = input('envoy.extensions.matching.common_inputs.network.v3.ServerNameInput');

test('an input is compared as text, decoded where it is a query parameter', () => {
  const tree = (of: string, key: string): string =>
    `{matcher_tree: {input: ${of}, exact_match_map: {map: {"${key}": ${to('x')}}}}}`;
  const hits = (yaml: string, path: string): boolean => matcherOf(yaml)(requestOf(path)) !== null;
  equal(hits(tree(query, 'a b'), '/?q=a%20b'), true);
  equal(hits(tree(query, 'a%zz'), '/?q=a%zz'), true);
  equal(hits(tree(query, 'a'), '/'), false);
  equal(hits(tree(source, streamInfo().remoteAddress.ip), '/'), true);
  equal(hits(tree(serverName, ''), '/'), false);
});

test('a branch that keeps matching counts as none', () => {
  const tree = `{matcher_tree: {input: ${query}, prefix_match_map: {map: {a: ${to('x')}, ab: ${to('kept')}}}}}`;
  equal(matcherOf(tree)(requestOf('/?q=abc')) !== null, true);
  const alone = `{matcher_tree: {input: ${query}, prefix_match_map: {map: {ab: ${to('kept')}}}}}`;
  equal(matcherOf(alone)(requestOf('/?q=abc')), null);
});

test('a place refuses inputs that it has not', () => {
  const port = input('envoy.extensions.matching.common_inputs.network.v3.SourcePortInput');
  const { problems } = read(`{matcher_tree: {input: ${port}, exact_match_map: {map: {a: ${to('x')}}}}}`);
  deepEqual(
    problems.map((problem) => problem.includes('no ports')),
    [true],
  );
});
