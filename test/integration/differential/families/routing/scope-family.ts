import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, simple } from '../../differential-case.js';
import type { Fields, FilterFamily } from '../filter-family.js';

function scope(text: string, key: readonly string[], rest: Fields = {}): Plain {
  return {
    name: text,
    key: { fragments: key.map((part) => ({ string_key: part })) },
    route_configuration: {
      name: `routes of ${text}`,
      response_headers_to_add: [{ header: { key: 'x-scope', value: text } }],
      virtual_hosts: [
        {
          name: 'v',
          domains: ['scoped.local'],
          routes: [
            {
              match: { prefix: '/' },
              name: text,
              direct_response: { status: 200, body: { inline_string: text } },
            },
          ],
        },
      ],
    },
    ...rest,
  };
}

const list = (scopes: readonly Plain[]): Fields => ({
  scoped_route_configurations_list: { scoped_route_configurations: scopes },
});

const elements: Fields = {
  name: 'scopes',
  scope_key_builder: {
    fragments: [
      {
        header_value_extractor: {
          name: 'X-First',
          element_separator: ',',
          element: { separator: '=', key: 'vip' },
        },
      },
      { header_value_extractor: { name: 'x-second', element_separator: ';', index: 1 } },
    ],
  },
  ...list([
    scope('one', ['a', 'b'], { on_demand: true }),
    scope('two', ['a', 'c']),
    scope('short', ['a']),
    scope('empty', ['', 'b']),
    scope('twice', ['t', 'b']),
    scope('twice again', ['t', 'b']),
    scope('signs', ['a=b', 'b']),
  ]),
};

const whole: Fields = {
  name: 'whole',
  scope_key_builder: { fragments: [{ header_value_extractor: { name: 'x-whole', index: 0 } }] },
  ...list([scope('whole a', ['a']), scope('whole a,b', ['a,b']), scope('whole empty', [''])]),
};

const ask = (listener: string, headers: HeaderList, host = 'scoped.local'): DifferentialCase =>
  simple(
    `scope: ${listener}, ${host}, ${headers.map(([name, value]) => `${name} ${value}`).join(', ')}`,
    get('/', [['host', host], ...headers]),
    { listener },
  );

const pair = (first: string, second: string): HeaderList => [
  ['x-first', first],
  ['x-second', second],
];

/** Route configurations that are chosen by a key of headers. */
export const scopeFamily: FilterFamily = {
  listeners: { scoped: { filters: [], scopes: elements }, whole: { filters: [], scopes: whole } },
  cases: [
    ask('scoped', pair('vip=a', 'x;b')),
    ask('scoped', pair('vip=a', 'x;b'), 'other.local'),
    ask('scoped', pair('vip=a', 'x;c')),
    ask('scoped', pair('vip=a', 'x;d')),
    ask('scoped', pair('vip=a', 'b')),
    ask('scoped', pair('vip=a', 'x;b;c')),
    ask('scoped', pair('vip=a', 'x; b')),
    ask('scoped', pair('q=1,vip=a', ';b')),
    ask('scoped', pair('q=1, vip=a', ';b')),
    ask('scoped', pair('vip=z,vip=a', ';b')),
    ask('scoped', pair('vip=a=b', ';b')),
    ask('scoped', pair('vip', ';b')),
    ask('scoped', pair('vip=', ';b')),
    ask('scoped', pair('VIP=a', ';b')),
    ask('scoped', pair('vip=t', ';b')),
    ask('scoped', [['x-first', 'vip=a']]),
    ask('scoped', []),
    ask('scoped', [
      ['x-first', 'vip=z'],
      ['x-first', 'vip=a'],
      ['x-second', ';b'],
    ]),
    ask('whole', [['x-whole', 'a']]),
    ask('whole', [['x-whole', 'a,b']]),
    ask('whole', [
      ['x-whole', 'a'],
      ['x-whole', 'b'],
    ]),
    ask('whole', [['x-whole', '']]),
    ask('whole', [['x-whole', 'A']]),
  ],
};
