import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import {
  parseHeaderMutation,
  parseHeaderMutationPerRoute,
} from '../../../../../../src/extensions/filters/http/header-mutation/config.js';
import { headerMutationFilter } from '../../../../../../src/extensions/filters/http/header-mutation/header-mutation.js';
import { extensionRegistry } from '../../../../../../src/extensions/index.js';
import { readText } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const type = 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation';

function config(mutations: string, wins = false) {
  const text = `mutations: ${mutations}\nmost_specific_header_mutations_wins: ${wins}`;
  const { value, problems } = readText(type, text, parseHeaderMutation);
  deepEqual(problems, []);
  return value;
}

function route(mutations: string) {
  return readText(`${type}PerRoute`, `mutations: ${mutations}`, parseHeaderMutationPerRoute).value;
}

function requestThrough(mutations: string, headers = requestHeaders('/')) {
  const start = filterThread().build(headerMutationFilter, config(mutations));
  start().filter.onRequestHeaders?.(headers, true);
  return headers;
}

const append = (value: string, action = 'APPEND_IF_EXISTS_OR_ADD'): string =>
  `{ append: { header: { key: x-a, value: "${value}" }, append_action: ${action} } }`;

test('each append action does to a header what its name says', () => {
  const outcome = (action: string, present: boolean): readonly string[] =>
    fieldsOf(
      requestThrough(
        `{ request_mutations: [${append('new', action)}] }`,
        requestHeaders('/', present ? [['x-a', 'old']] : []),
      ),
    );
  deepEqual(outcome('APPEND_IF_EXISTS_OR_ADD', true), ['x-a: old', 'x-a: new']);
  deepEqual(outcome('ADD_IF_ABSENT', true), ['x-a: old']);
  deepEqual(outcome('ADD_IF_ABSENT', false), ['x-a: new']);
  deepEqual(outcome('OVERWRITE_IF_EXISTS_OR_ADD', true), ['x-a: new']);
  deepEqual(outcome('OVERWRITE_IF_EXISTS_OR_ADD', false), ['x-a: new']);
  deepEqual(outcome('OVERWRITE_IF_EXISTS', true), ['x-a: new']);
  deepEqual(outcome('OVERWRITE_IF_EXISTS', false), []);
});

test('mutations run in the order they are written, and values see what was done before', () => {
  const headers = requestThrough(
    `{ request_mutations: [${append('%REQ(:METHOD)%')}, { append: { header: { key: x-b, value: "saw %REQ(x-a)%" } } }, { remove: X-A }] }`,
  );
  deepEqual(fieldsOf(headers), ['x-b: saw GET']);
});

test('remove_on_match removes every header whose name the matcher accepts', () => {
  const headers = requestThrough(
    '{ request_mutations: [{ remove_on_match: { key_matcher: { prefix: x-secret- } } }] }',
    requestHeaders('/', [
      ['x-secret-a', '1'],
      ['x-public', '1'],
      ['x-secret-b', '1'],
    ]),
  );
  deepEqual(fieldsOf(headers), ['x-public: 1']);
});

test('levels run after the filter, most specific first, or last where it is to have the last word', () => {
  const ran = (wins: boolean): readonly string[] => {
    const start = filterThread().build(
      headerMutationFilter,
      config(`{ response_mutations: [${append('filter')}] }`, wins),
    );
    const levels = ['host', 'route'].map((name) => route(`{ response_mutations: [${append(name)}] }`));
    const headers = new ResponseHeaders(200);
    start(levels).filter.onResponseHeaders?.(headers, true);
    return headers.getAll('x-a');
  };
  deepEqual(ran(false), ['filter', 'route', 'host']);
  deepEqual(ran(true), ['filter', 'host', 'route']);
});

test('query parameters are added, overwritten, removed and sorted, and what is added is encoded', () => {
  const query = (path: string, steps: string): string =>
    requestThrough(`{ query_parameter_mutations: [${steps}] }`, requestHeaders(path)).path;
  const set = (action: string): string =>
    `{ append: { record: { key: a, value: "%REQ(:METHOD)% &" }, action: ${action} } }`;
  equal(query('/p', set('APPEND_IF_EXISTS_OR_ADD')), '/p?a=GET%20%26');
  equal(query('/p?a=1&b=2', set('APPEND_IF_EXISTS_OR_ADD')), '/p?a=1&a=GET%20%26&b=2');
  equal(query('/p?a=1&b=2&a=3', set('OVERWRITE_IF_EXISTS_OR_ADD')), '/p?a=GET%20%26&b=2');
  equal(query('/p?b=2', set('OVERWRITE_IF_EXISTS')), '/p?b=2');
  equal(query('/p?a=1', set('ADD_IF_ABSENT')), '/p?a=1');
  equal(query('/p?a=1', '{ remove: a }'), '/p');
  equal(query('/p?z=%26&A=1', set('ADD_IF_ABSENT')), '/p?A=1&a=GET%20%26&z=%26');
});

test('pseudo-headers and the host cannot be changed', () => {
  const text = 'mutations: { request_mutations: [{ append: { header: { key: ":path", value: /x } } }] }';
  const { problems } = readText(type, text, parseHeaderMutation);
  deepEqual(problems, [':-prefixed or host headers may not be modified']);
});

test('the formatter of metadata is built in, others are refused by name', () => {
  const formatter = extensionRegistry().list('formatter');
  const read = (name: string): readonly string[] => {
    const typed = `{ "@type": type.googleapis.com/envoy.extensions.formatter.${name} }`;
    const text = `mutations: { formatters: [{ name: f, typed_config: ${typed} }] }`;
    return readText(type, text, parseHeaderMutation, { formatter }).unsupported;
  };
  deepEqual(read('metadata.v3.Metadata'), []);
  deepEqual(read('req_without_query.v3.ReqWithoutQuery'), ['mutations.formatters']);
});
