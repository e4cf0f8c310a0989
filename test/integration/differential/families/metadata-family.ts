import type { Plain } from '../../../../src/base/plain.js';
import {
  type DifferentialCase,
  get,
  type HeaderList,
  post,
  reply,
  request,
  simple,
} from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const header = (fields: Fields): Plain => typed('header_to_metadata.v3.Config', fields);
const rules = (...list: Fields[]): { readonly [name: string]: Plain } => ({
  header_to_metadata: header({ request_rules: list }),
});
const present = (fields: Fields = {}): Fields => ({
  header: 'x-a',
  on_header_present: { key: 'a', ...fields },
});

/** Structure `{ s: "text" }` and the number 1.5 as `google.protobuf.Value`s. */
const wireStruct = Buffer.from([
  0x2a, 0x0b, 0x0a, 0x09, 0x0a, 0x01, 0x73, 0x12, 0x04, 0x1a, 0x02, 0x68, 0x69,
]).toString('base64');
const wireNumber = Buffer.from([0x11, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]).toString('base64');

const at = (path: string, name: string, headers: HeaderList = []): DifferentialCase =>
  simple(`header_to_metadata ${path}: ${name}`, get(path, headers), { listener: 'header-to-metadata' });

const values: readonly (readonly [string, string])[] = [
  ['text', 'some text'],
  ['nothing', ''],
  ['a number', ' 12.50 '],
  ['a big number', '1e30'],
  ['a hexadecimal number', '0x10'],

  ['base64', 'aGVsbG8='],
  ['base64 without padding', 'aGVsbG8'],
  ['base64 of a number', 'NDI='],
  ['a protobuf structure', wireStruct],
  ['a protobuf number', wireNumber],
  ['bytes beyond ASCII', 'gr\u00c3\u00bc\u00c3\u009f'],
  ['a path', '/cluster-prod-001/x'],
  ['much', 'm'.repeat(8192)],
  ['nearly as much', 'm'.repeat(8191)],
];

/** Values that decode to text; bytes that are none are printed in another way. */
const isText = (path: string, name: string): boolean =>
  path !== '/base64' || !['a big number', 'a hexadecimal number', 'a protobuf number'].includes(name);

const json = (...list: Fields[]): { readonly [name: string]: Plain } => ({
  json_to_metadata: typed('json_to_metadata.v3.JsonToMetadata', { request_rules: { rules: list } }),
});
const rule = (path: string, fields: Fields): Fields => ({
  selectors: path.split('.').map((key) => ({ key })),
  ...fields,
});
const everyWay = (path: string, key: string, type: string): Fields =>
  rule(path, {
    on_present: { key, type },
    on_missing: { key: `${key}-missing`, value: 'none' },
    on_error: { key: `${key}-error`, value: { bad: true } },
  });
const bodies: readonly (readonly [string, string])[] = [
  ['text', '{"a":"text"}'],
  ['empty text', '{"a":""}'],
  ['a whole number', '{"a":12}'],
  ['a fraction', '{"a":1.25}'],
  ['a negative number', '{"a":-3}'],
  ['a large number', '{"a":12345678901234567890}'],
  ['number as text', '{"a":" 12 "}'],
  ['truth', '{"a":true}'],
  ['falsehood', '{"a":false}'],
  ['null', '{"a":null}'],
  ['a structure', '{"a":{"b":{"c":"deep"}}}'],
  ['a list', '{"a":["x"]}'],
  ['another key', '{"z":1}'],
  ['a scalar on the way', '{"a":{"b":1}}'],
  ['an empty object', '{}'],
  ['a list alone', '[1]'],
  ['a number alone', '1'],
  ['text alone', '"a"'],
  ['broken JSON', '{"a":'],
  ['no JSON', 'hello'],
  ['the same key twice', '{"a":1,"a":2}'],
  ['bytes beyond ASCII', '{"a":"gr\u00c3\u00bc\u00c3\u009f"}'],
  ['long text', `{"a":"${'l'.repeat(9000)}"}`],
];
const typeJson: HeaderList = [['content-type', 'application/json']];
const postAt = (path: string, name: string, body: string, headers: HeaderList = typeJson): DifferentialCase =>
  simple(`json_to_metadata ${path}: ${name}`, post(path, body, headers), { listener: 'json-to-metadata' });

/** What requests and responses say, written into dynamic metadata. */
export const metadataFamily: FilterFamily = {
  listeners: {
    'header-to-metadata': {
      filters: [
        filter('header_to_metadata', 'header_to_metadata.v3.Config', {
          stat_prefix: 'own_htm',
          request_rules: [
            {
              header: 'x-own',
              on_header_present: { key: 'own' },
              on_header_missing: { key: 'own', value: 'none' },
              remove: true,
            },
            { cookie: 'session', on_header_present: { metadata_namespace: 'envoy.lb', key: 'session' } },
          ],
          response_rules: [
            { header: 'x-answer', on_header_present: { key: 'answer', type: 'NUMBER' }, remove: true },
            { header: ':status', on_header_present: { key: 'status' } },
          ],
        }),
      ],
      routes: [
        routeTo('/string', rules(present())),
        routeTo('/a-number', rules(present({ type: 'NUMBER' }))),
        routeTo('/base64', rules(present({ encode: 'BASE64' }))),
        routeTo('/number-of-base64', rules(present({ encode: 'BASE64', type: 'NUMBER' }))),
        routeTo('/protobuf', rules(present({ encode: 'BASE64', type: 'PROTOBUF_VALUE' }))),
        routeTo('/value', rules(present({ value: 'fixed' }))),
        routeTo(
          '/rewrite',
          rules(
            present({
              regex_value_rewrite: { pattern: { regex: '^/(cluster[\\d\\w-]+)/?.*$' }, substitution: '\\1' },
            }),
          ),
        ),
        routeTo(
          '/missing',
          rules({ header: 'x-a', on_header_missing: { key: 'a', value: '7', type: 'NUMBER' } }),
        ),
        routeTo(
          '/path',
          rules(
            { header: ':path', on_header_present: { key: 'path' } },
            { header: ':method', on_header_present: { key: 'method' } },
          ),
        ),
        routeTo('/same', rules(present(), { header: 'x-b', on_header_present: { key: 'a' } })),
        routeTo('/counted', {
          header_to_metadata: header({
            stat_prefix: 'counted',
            request_rules: [present({ encode: 'BASE64' })],
            response_rules: [present({ type: 'NUMBER' })],
          }),
        }),
      ],
    },
    'set-metadata': {
      filters: [
        filter('set_metadata', 'set_metadata.v3.Config', {
          metadata: [
            { metadata_namespace: 'shown', value: { a: 'one', list: [1], deep: { x: 1 } } },
            { metadata_namespace: 'shown', value: { a: 'refused' } },
            {
              metadata_namespace: 'shown',
              allow_overwrite: true,
              value: { a: 2, list: ['two'], deep: { y: 2 } },
            },
            { metadata_namespace: 'envoy.lb', allow_overwrite: true, value: { b: null } },
          ],
        }),
        filter('set_metadata', 'set_metadata.v3.Config', {
          metadata_namespace: 'shown',
          value: { old: true },
        }),
      ],
    },
    'set-filter-state': {
      filters: [
        filter('set_filter_state', 'set_filter_state.v3.Config', {
          on_request_headers: [
            {
              object_key: 'shown',
              factory_key: 'envoy.string',
              format_string: {
                text_format_source: { inline_string: '%REQ(:PATH)% %REQ(x-a)%' },
                omit_empty_values: true,
              },
              read_only: true,
            },
            {
              object_key: 'shown',
              factory_key: 'envoy.string',
              format_string: { text_format_source: { inline_string: 'again' } },
            },
          ],
        }),
      ],
      routes: [
        routeTo('/skipped', {
          set_filter_state: typed('set_filter_state.v3.Config', {
            on_request_headers: [
              {
                object_key: 'shown',
                factory_key: 'envoy.string',
                format_string: {
                  text_format_source: { inline_string: '%REQ(x-a)%' },
                  omit_empty_values: true,
                },
                skip_if_empty: true,
              },
            ],
          }),
        }),
        routeTo('/twice', {
          set_filter_state: typed('set_filter_state.v3.Config', {
            on_request_headers: ['first', 'second'].map((text) => ({
              object_key: 'shown',
              factory_key: 'envoy.string',
              format_string: { text_format_source: { inline_string: text } },
            })),
          }),
        }),
      ],
    },
    'json-to-metadata': {
      filters: [
        filter('json_to_metadata', 'json_to_metadata.v3.JsonToMetadata', {
          request_rules: { rules: [everyWay('a', 'own', 'PROTOBUF_VALUE')] },
        }),
      ],
      routes: [
        routeTo('/string', json(everyWay('a', 's', 'STRING'))),
        routeTo('/number', json(everyWay('a', 'n', 'NUMBER'))),
        routeTo('/deep', json(everyWay('a.b.c', 'd', 'PROTOBUF_VALUE'))),
        routeTo('/fixed', json(rule('a', { on_present: { key: 'f', value: { fixed: [1] } } }))),
        routeTo('/only-missing', json(rule('a', { on_missing: { key: 'm', value: 3 } }))),
        routeTo(
          '/preserved',
          json(
            rule('a', { on_present: { key: 'p' } }),
            rule('a', { on_present: { key: 'p', value: 'second', preserve_existing_metadata_value: true } }),
          ),
        ),
        routeTo('/types', {
          json_to_metadata: typed('json_to_metadata.v3.JsonToMetadata', {
            request_rules: {
              rules: [everyWay('a', 't', 'STRING')],
              allow_content_types: ['text/json', 'application/better-json'],
              allow_content_types_regex: { regex: 'x/.*' },
              allow_empty_content_type: true,
            },
          }),
        }),
        routeTo('/answer', {
          json_to_metadata: typed('json_to_metadata.v3.JsonToMetadata', {
            response_rules: {
              rules: [everyWay('a', 'r', 'PROTOBUF_VALUE')],
            },
          }),
        }),
      ],
    },
  },
  cases: [
    ...['/string', '/a-number', '/base64', '/number-of-base64', '/protobuf', '/value', '/rewrite'].flatMap(
      (path) =>
        values
          .filter(([name]) => isText(path, name))
          .map(([name, value]) => at(path, name, [['x-a', value]])),
    ),
    at('/own', 'nothing'),
    at('/own', 'a header that is removed', [['x-own', 'mine']]),
    at('/own', 'a header twice', [
      ['x-own', 'one'],
      ['x-own', 'two'],
    ]),
    at('/own', 'a cookie', [['cookie', 'a=b; session="s p"; c=d']]),
    at('/own', 'an empty cookie', [['cookie', 'session=']]),
    simple('header_to_metadata: the answer', get('/own'), {
      listener: 'header-to-metadata',
      origin: [
        reply(
          '201 Created',
          [
            ['x-answer', '42'],
            ['x-kept', '1'],
          ],
          'x',
        ),
      ],
    }),
    at('/missing', 'is missing'),
    at('/missing', 'is there', [['x-a', '1']]),
    at('/path', 'pseudo-headers'),
    at('/same', 'two rules for one key', [
      ['x-a', '1'],
      ['x-b', '2'],
    ]),
    at('/counted', 'bad base64', [['x-a', '!']]),
    at('/counted', 'good base64', [['x-a', 'aGVsbG8=']]),
    at('/counted', 'too long', [['x-a', 'm'.repeat(8192)]]),
    simple('set_metadata: merges and refuses', get('/x'), { listener: 'set-metadata' }),
    simple('set_filter_state: a format', get('/x?y', [['x-a', 'here']]), { listener: 'set-filter-state' }),
    simple('set_filter_state: skipped when empty', get('/skipped'), { listener: 'set-filter-state' }),
    simple('set_filter_state: not skipped', get('/skipped', [['x-a', 'gr\u00c3\u00bcn']]), {
      listener: 'set-filter-state',
    }),
    simple('set_filter_state: written twice', get('/twice'), { listener: 'set-filter-state' }),
    ...['/own', '/string', '/number', '/deep', '/fixed', '/only-missing', '/preserved'].flatMap((path) =>
      bodies.map(([name, body]) => postAt(path, name, body)),
    ),
    postAt('/own', 'an empty body', ''),
    postAt('/own', 'another content type', '{"a":1}', [['content-type', 'text/plain']]),
    postAt('/own', 'a content type with parameters', '{"a":1}', [
      ['content-type', 'application/json; charset=utf-8'],
    ]),
    postAt('/own', 'no content type', '{"a":1}', []),
    postAt('/types', 'one of several', '{"a":1}', [['content-type', 'application/better-json']]),
    postAt('/types', 'by expression', '{"a":1}', [['content-type', 'x/y']]),
    postAt('/types', 'the usual one', '{"a":1}'),
    postAt('/types', 'none', '{"a":1}', []),
    simple('json_to_metadata: no body', get('/own', typeJson), { listener: 'json-to-metadata' }),
    simple(
      'json_to_metadata: a chunked body',
      `${request('POST', '/own', [...typeJson, ['transfer-encoding', 'chunked']])}4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n`,
      { listener: 'json-to-metadata' },
    ),
    ...bodies.slice(0, 4).map(([name, body]) =>
      simple(`json_to_metadata: an answer with ${name}`, get('/answer'), {
        listener: 'json-to-metadata',
        origin: [reply('200 OK', typeJson, body)],
      }),
    ),
    simple('json_to_metadata: an answer without a body', get('/answer'), {
      listener: 'json-to-metadata',
      origin: [reply('200 OK', typeJson)],
    }),
    simple('json_to_metadata: an answer of another type', get('/answer'), { listener: 'json-to-metadata' }),
  ],
};
