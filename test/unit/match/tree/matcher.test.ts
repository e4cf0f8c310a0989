import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateFacts } from '../../../../src/api/tls-info.js';
import { ResponseHeaders } from '../../../../src/base/header-map.js';
import { stepText } from '../../../../src/match/matcher-text.js';
import { parseMatcher } from '../../../../src/match/tree/config.js';
import { later, type MatchData } from '../../../../src/match/tree/input.js';
import { buildMatcher, type Matcher } from '../../../../src/match/tree/matcher.js';
import { readText } from '../../../support/config-text.js';
import { runtimeOf } from '../../../support/route-table.js';
import { requestHeaders, streamInfo } from '../../../support/stream-info.js';
import { certificateFacts, tlsInfo } from '../../../support/tls-info.js';

function input(type: string, fields = ''): string {
  return `{ name: i, typed_config: { "@type": type.googleapis.com/${type}${fields === '' ? '' : `, ${fields}`} } }`;
}
const header = (name: string): string =>
  input('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', `header_name: ${name}`);
const status = input('envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput');
const then = (name: string): string =>
  `action: { name: a, typed_config: { "@type": type.googleapis.com/google.protobuf.StringValue, value: ${name} } }`;
const is = (of: string, value: string): string =>
  `single_predicate: { input: ${of}, value_match: { exact: "${value}" } }`;
const entry = (predicate: string, onMatch: string): string =>
  `{ predicate: { ${predicate} }, on_match: { ${onMatch} } }`;
const list = (...entries: string[]): string => `matcher_list: { matchers: [${entries.join(', ')}] }`;

function read(text: string) {
  return readText('xds.type.matcher.v3.Matcher', `{ ${text} }`, (node) =>
    parseMatcher(node, {
      action: (action) => action.string('value'),
      inputProblem: (typeName) => (typeName.endsWith('SourcePortInput') ? 'no ports' : undefined),
      allowsKeepMatching: true,
    }),
  );
}

function build(text: string): Matcher<string> {
  const { value, problems } = read(text);
  deepEqual(problems, []);
  return buildMatcher(structuredClone(value), (name) => name, runtimeOf());
}

function decide(text: string, fields: readonly [string, string][] = [], changes: Partial<MatchData> = {}) {
  return build(text).find({
    info: streamInfo(),
    requestHeaders: requestHeaders('/path?q=one%20two', fields),
    responseHeaders: null,
    requestTrailers: null,
    responseTrailers: null,
    ...changes,
  });
}

test('the first entry that matches decides, and what is said for none otherwise', () => {
  const tree = `${list(entry(is(header('x-a'), '1'), then('one')), entry(is(header('x-b'), '2'), then('two')))}, on_no_match: { ${then('none')} }`;
  equal(
    decide(tree, [
      ['x-a', '1'],
      ['x-b', '2'],
    ]),
    'one',
  );
  equal(decide(tree, [['x-b', '2']]), 'two');
  equal(decide(tree), 'none');
});

test('predicates are combined, and an absent value matches nothing', () => {
  const both = `and_matcher: { predicate: [{ ${is(header('x-a'), '1')} }, { ${is(header('x-b'), '2')} }] }`;
  const either = `or_matcher: { predicate: [{ ${is(header('x-a'), '1')} }, { ${is(header('x-b'), '2')} }] }`;
  const not = `not_matcher: { ${is(header('x-a'), '1')} }`;
  const answers = (predicate: string): unknown[] =>
    [
      [],
      [['x-a', '1']],
      [
        ['x-a', '1'],
        ['x-b', '2'],
      ],
    ].map((fields) => decide(list(entry(predicate, then('found'))), fields as [string, string][]));
  deepEqual(answers(both), [null, null, 'found']);
  deepEqual(answers(either), [null, 'found', 'found']);
  deepEqual(answers(not), ['found', null, null]);
});

test('a tree that needs the response answers later while there is none', () => {
  const tree = list(entry(is(status, '404'), then('missing')));
  equal(decide(tree), later);
  equal(decide(tree, [], { responseHeaders: new ResponseHeaders(404) }), 'missing');
  equal(decide(tree, [], { responseHeaders: new ResponseHeaders(200) }), null);
});

test('maps choose by the whole value, or by the longest prefix that leads somewhere', () => {
  const map = `map: { a: { ${then('a')} }, abc: { matcher: { ${list(entry(is(header('x-deep'), '1'), then('deep')))} } } }`;
  const tree = (kind: string): string => `matcher_tree: { input: ${header('x-a')}, ${kind}: { ${map} } }`;
  equal(decide(tree('exact_match_map'), [['x-a', 'ab']]), null);
  equal(decide(tree('exact_match_map'), [['x-a', 'a']]), 'a');
  equal(decide(tree('prefix_match_map'), [['x-a', 'abcd']]), 'a');
  equal(
    decide(tree('prefix_match_map'), [
      ['x-a', 'abcd'],
      ['x-deep', '1'],
    ]),
    'deep',
  );
});

test('addresses are looked for in ranges, query parameters decoded', () => {
  const source = input('envoy.extensions.matching.common_inputs.network.v3.SourceIPInput');
  const ip = 'type.googleapis.com/envoy.extensions.matching.input_matchers.ip.v3.Ip';
  const range = `single_predicate: { input: ${source}, custom_match: { name: m, typed_config: { "@type": ${ip},
    stat_prefix: p, cidr_ranges: [{ address_prefix: 203.0.113.0, prefix_len: 24 }] } } }`;
  equal(decide(list(entry(range, then('near')))), 'near');
  const query = input('envoy.type.matcher.v3.HttpRequestQueryParamMatchInput', 'query_param: q');
  equal(decide(list(entry(is(query, 'one two'), then('asked')))), 'asked');
});

test('a branch that keeps matching counts as none', () => {
  const keeps = (onMatch: string): string => `${onMatch}, keep_matching: true`;
  const map = (entries: string): string =>
    `matcher_tree: { input: ${header('x-a')}, prefix_match_map: { map: { ${entries} } } }`;
  const fields: readonly [string, string][] = [['x-a', 'abc']];
  equal(decide(map(`a: { ${then('a')} }, ab: { ${keeps(then('ab'))} }`), fields), 'a');
  const nested = `matcher: { ${map(`a: { ${then('deep')} }`)} }`;
  equal(decide(`${map(`ab: { ${keeps(nested)} }`)}, on_no_match: { ${then('none')} }`, fields), 'none');
});

test('of ranges the narrowest that leads somewhere decides, an exclusive one when none is narrower', () => {
  const source = input('envoy.extensions.matching.common_inputs.network.v3.SourceIPInput');
  const ranges = (prefix: number, onMatch: string, rest = ''): string =>
    `{ ranges: [{ address_prefix: 203.0.113.0, prefix_len: ${prefix} }], on_match: { ${onMatch} }${rest} }`;
  const tree = (
    ...entries: string[]
  ): string => `matcher_tree: { input: ${source}, custom_match: { name: m, typed_config: {
    "@type": type.googleapis.com/xds.type.matcher.v3.IPMatcher, range_matchers: [${entries.join(', ')}] } } }, on_no_match: { ${then('none')} }`;
  const deep = `matcher: { ${list(entry(is(header('x-a'), '1'), then('deep')))} }`;
  const seen: readonly [string, string][] = [['x-a', '1']];
  const entries = [ranges(8, then('wide')), ranges(16, then('alone'), ', exclusive: true'), ranges(24, deep)];
  deepEqual([decide(tree(...entries), seen), decide(tree(...entries))], ['deep', 'wide']);
  equal(decide(tree(...entries.slice(0, 2))), 'alone');
  equal(decide(tree(ranges(32, then('other')))), 'none');
});

test('values of metadata are matched as what they are', () => {
  const of = input(
    'envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput',
    'filter: f, path: [{ key: k }]',
  );
  const type = 'type.googleapis.com/envoy.extensions.matching.input_matchers.metadata.v3.Metadata';
  const tree = (rest: string): string =>
    list(
      entry(
        `single_predicate: { input: ${of}, custom_match: { name: m, typed_config: { "@type": ${type}, value: { bool_match: true }${rest} } } }`,
        then('fits'),
      ),
    );
  const info = streamInfo({ dynamicMetadata: new Map([['f', { k: true }]]) });
  equal(decide(tree(''), [], { info }), 'fits');
  equal(decide(tree(''), []), null);
  equal(decide(tree(', invert: true'), []), 'fits');
});

test('a place refuses inputs that it has not', () => {
  const port = input('envoy.extensions.matching.common_inputs.network.v3.SourcePortInput');
  const { problems } = read(list(entry(is(port, '1'), then('x'))));
  deepEqual(
    problems.map((problem) => problem.includes('no ports')),
    [true],
  );
});

test('the steps to an answer are those that were looked at', () => {
  const tree = `${list(entry(is(header('x-a'), '1'), then('one')), entry(is(header('x-b'), '2'), then('two')))}, on_no_match: { ${then('none')} }`;
  const requestHeadersOf = requestHeaders('/', [['x-b', '2']]);
  const steps = build(tree).steps({ info: streamInfo(), requestHeaders: requestHeadersOf });
  deepEqual(
    steps.map((step) => [stepText(step), step.got, step.holds]),
    [
      ["header x-a is '1'", undefined, false],
      ["header x-b is '2'", '2', true],
    ],
  );
});

test('an input that is not built is named as not supported', () => {
  const { unsupported } = read(
    list(entry(is(input('xds.type.matcher.v3.HttpAttributesCelMatchInput'), 'x'), then('y'))),
  );
  deepEqual(unsupported, ['matcher_list.matchers[0].predicate.single_predicate.input.typed_config']);
});

const ssl = (name: string): string => input(`envoy.extensions.matching.common_inputs.ssl.v3.${name}Input`);
const overTls = (peer: CertificateFacts | null): Partial<MatchData> => {
  const info = streamInfo();
  return { info: { ...info, connection: { ...info.connection, tls: tlsInfo({ peer }) } } };
};

test('names of the peer are looked at when it has shown a certificate, and come later than never without TLS', () => {
  const peer = certificateFacts({
    uriSans: ['spiffe://a', 'spiffe://b'],
    dnsSans: ['a.test'],
    subject: 'CN=a',
  });
  for (const [name, text] of [
    ['UriSan', 'spiffe://a,spiffe://b'],
    ['DnsSan', 'a.test'],
    ['Subject', 'CN=a'],
  ] as const) {
    const tree = `${list(entry(is(ssl(name), text), then('one')))}, on_no_match: { ${then('none')} }`;
    equal(decide(tree, [], overTls(peer)), 'one');
    equal(decide(tree, [], overTls(certificateFacts())), 'none');
    equal(decide(tree, [], overTls(null)), 'none');
    equal(decide(tree), later);
  }
});

test('filter state is looked at as a whole or by a field', () => {
  const state = (fields: string): string =>
    input('envoy.extensions.matching.common_inputs.network.v3.FilterStateInput', fields);
  const info = {
    ...streamInfo(),
    filterState: new Map<string, unknown>([
      ['a', 'text'],
      ['b', { f: 'of f' }],
    ]),
  };
  const found = (of: string, value: string): unknown =>
    decide(list(entry(is(of, value), then('one'))), [], { info });
  equal(found(state('key: a'), 'text'), 'one');
  equal(found(state('key: b, field: f'), 'of f'), 'one');
  equal(found(state('key: a, field: f'), 'text'), 'one');
  equal(found(state('key: b, field: g'), 'of f'), null);
  equal(found(state('key: c'), ''), null);
});

const ofDomains = (entries: string): string =>
  `matcher_tree: { input: ${input('envoy.extensions.matching.common_inputs.network.v3.ServerNameInput')}, custom_match: { name: names, typed_config: { "@type": type.googleapis.com/xds.type.matcher.v3.ServerNameMatcher, domain_matchers: [${entries}] } } }`;

test('a server name leads by itself, then by its longest wildcard, then by that of all names', () => {
  const entries = ['a.test', '"*.a.test"', '"*.test"', '"*"'].map(
    (domain, i) => `{ domains: [${domain}], on_match: { ${then(String.fromCharCode(97 + i))} } }`,
  );
  const nameOf = (requestedServerName: string): unknown => {
    const info = streamInfo();
    return decide(ofDomains(entries.join(', ')), [], {
      info: { ...info, connection: { ...info.connection, requestedServerName } },
    });
  };
  equal(nameOf('a.test'), 'a');
  equal(nameOf('x.y.a.test'), 'b');
  equal(nameOf('b.test'), 'c');
  equal(nameOf('other'), 'd');
  equal(nameOf(''), null);
});

test('names of a tree are whole, once, and wild in front alone', () => {
  for (const [domains, problem] of [
    ['[a, a]', 'Duplicate domain'],
    ['["*a"]', "Only '*' and '*.domain'"],
    ['["*.*.a"]', 'Multiple wildcards'],
  ] as const) {
    const { problems } = read(ofDomains(`{ domains: ${domains}, on_match: { ${then('a')} } }`));
    equal(JSON.stringify(problems).includes(problem), true, domains);
  }
});
