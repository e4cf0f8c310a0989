import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, request, simple } from '../../differential-case.js';
import { type Fields, type FilterFamily, typed } from '../filter-family.js';

function input(typeUrl: string, fields: Fields = {}): Plain {
  return { name: 'input', typed_config: typed(typeUrl, fields) };
}

const header = (name: string): Plain =>
  input('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: name });

function answer(text: string, match: Fields = { prefix: '/' }): Fields {
  return { match, name: text, direct_response: { status: 200, body: { inline_string: text } } };
}

function toRoute(text: string, match?: Fields): Plain {
  return {
    action: { name: 'route', typed_config: typed('envoy.config.route.v3.Route', answer(text, match)) },
  };
}

function toList(...routes: readonly Plain[]): Plain {
  return { action: { name: 'routes', typed_config: typed('envoy.config.route.v3.RouteList', { routes }) } };
}

const isValue = (of: Plain, value: Fields): Plain => ({
  single_predicate: { input: of, value_match: value },
});

function when(predicate: Plain, then: Plain): Plain {
  return { predicate, on_match: then };
}

const probe = when(isValue(header(':path'), { prefix: '/__probe' }), toRoute('probe'));

const list: Plain = {
  matcher_list: {
    matchers: [
      probe,
      when(isValue(header('x-kind'), { exact: 'gold' }), toRoute('gold')),
      when(isValue(header('x-kind'), { exact: 'path' }), toRoute('path', { prefix: '/there' })),
      when(isValue(header('x-kind'), { safe_regex: { google_re2: {}, regex: 'si.*' } }), toRoute('silver')),
      when(
        {
          and_matcher: {
            predicate: [isValue(header('x-a'), { exact: '1' }), isValue(header('x-b'), { exact: '2' })],
          },
        },
        toRoute('both'),
      ),
      when(
        {
          or_matcher: {
            predicate: [isValue(header('x-a'), { exact: '3' }), isValue(header('x-b'), { exact: '3' })],
          },
        },
        toRoute('either'),
      ),
      when(
        { not_matcher: isValue(header('x-not'), { exact: 'x' }) },
        {
          matcher: {
            matcher_list: { matchers: [when(isValue(header('x-q'), { exact: 'a b' }), toRoute('query'))] },
          },
        },
      ),
      when(
        isValue(header('x-list'), { prefix: 'y' }),
        toList(answer('first', { path: '/first' }), answer('second', { prefix: '/sec' })),
      ),
    ],
  },
  on_no_match: toRoute('nothing'),
};

const tree: Plain = {
  matcher_tree: {
    input: header(':path'),
    prefix_match_map: {
      map: {
        '/a': toRoute('a'),
        '/a/b': toRoute('ab'),
        '/a/b/nested': {
          matcher: {
            matcher_tree: {
              input: header('x-kind'),
              exact_match_map: { map: { gold: toRoute('nested gold') } },
            },
          },
        },
        '/__probe': toRoute('probe'),
      },
    },
  },
};

const exact: Plain = {
  matcher_tree: {
    input: header('x-kind'),
    exact_match_map: { map: { gold: toRoute('gold'), '': toRoute('empty'), 'a,b': toRoute('joined') } },
  },
  on_no_match: {
    matcher: {
      matcher_list: { matchers: [when(isValue(header(':method'), { exact: 'PUT' }), toRoute('put'))] },
    },
  },
};

function ask(listener: string, name: string, target: string, headers: HeaderList = []): DifferentialCase {
  return simple(`matcher ${listener}: ${name}`, get(target, headers), { listener });
}

const cases: readonly DifferentialCase[] = [
  ask('list', 'exact', '/', [['x-kind', 'gold']]),
  ask('list', 'the route itself fits', '/there', [['x-kind', 'path']]),
  ask('list', 'the route itself does not fit', '/elsewhere', [['x-kind', 'path']]),
  ask('list', 'an expression', '/', [['x-kind', 'silver']]),
  ask('list', 'an expression that fits a part', '/', [['x-kind', 'a silver']]),
  ask('list', 'and', '/', [
    ['x-a', '1'],
    ['x-b', '2'],
  ]),
  ask('list', 'half of and', '/', [['x-a', '1']]),
  ask('list', 'or', '/', [['x-b', '3']]),
  ask('list', 'a nested matcher', '/', [['x-q', 'a b']]),
  ask('list', 'a nested matcher that leads nowhere', '/', [['x-q', 'b']]),
  ask('list', 'not', '/', [
    ['x-q', 'a b'],
    ['x-not', 'x'],
  ]),
  ask('list', 'a list, its first route', '/first', [['x-list', 'y']]),
  ask('list', 'a list, its second route', '/second', [['x-list', 'y']]),
  ask('list', 'a list, none of its routes', '/third', [['x-list', 'y']]),
  ask('list', 'nothing', '/'),
  ask('list', 'a repeated header', '/', [
    ['x-kind', 'gold'],
    ['x-kind', 'x'],
  ]),
  ask('tree', 'a prefix', '/a/x'),
  ask('tree', 'a longer prefix', '/a/b/x?q'),
  ask('tree', 'a nested matcher', '/a/b/nested', [['x-kind', 'gold']]),
  ask('tree', 'a nested matcher that leads nowhere', '/a/b/nested'),
  ask('tree', 'no prefix', '/c'),
  ask('exact', 'a value', '/', [['x-kind', 'gold']]),
  ask('exact', 'an empty value', '/', [['x-kind', '']]),
  ask('exact', 'two values', '/', [
    ['x-kind', 'a'],
    ['x-kind', 'b'],
  ]),
  ask('exact', 'another value', '/', [['x-kind', 'lead']]),
  ask('exact', 'no value', '/'),
  simple('matcher exact: nested behind no match', request('PUT', '/', [['content-length', '0']]), {
    listener: 'exact',
  }),
];

function hosting(matcher: Plain): {
  readonly filters: [];
  readonly replacesRoutes: true;
  readonly virtualHost: Fields;
} {
  return { filters: [], replacesRoutes: true, virtualHost: { matcher } };
}

export const matcherFamily: FilterFamily = {
  listeners: { list: hosting(list), tree: hosting(tree), exact: hosting(exact) },
  cases,
};
