import type { Plain } from '../../../../src/base/plain.js';
import { get, post, simple } from '../differential-case.js';
import { type Fields, type FilterFamily, filter, routeWith, typed } from './filter-family.js';

const name = 'envoy.filters.http.rbac';
const type = 'envoy.extensions.filters.http.rbac.v3.RBAC';

function policy(permission: Plain, principal: Plain = { any: true }): Plain {
  return { permissions: [permission], principals: [principal] };
}

function rbac(fields: Fields): Fields {
  return filter(name, type, fields);
}

function perRoute(fields: Fields): Fields {
  return { [name]: typed('envoy.extensions.filters.http.rbac.v3.RBACPerRoute', fields) };
}

function onRoute(prefix: string, action: string, policies: Fields): Plain {
  return routeWith(prefix, perRoute({ rbac: { rules: { action, policies } } }));
}

function allowed(prefix: string, permission: Plain, principal?: Plain): Plain {
  return onRoute(prefix, 'ALLOW', { p: policy(permission, principal) });
}

const header = (value: string): Plain => ({ name: 'x-role', string_match: { exact: value } });
const range = (prefix: string, length: number): Plain => ({ address_prefix: prefix, prefix_len: length });
const metadata = (filterName: string, key: string, value: string): Plain => ({
  filter: filterName,
  path: [{ key }],
  value: { string_match: { exact: value } },
});

const permissions: readonly (readonly [string, Plain])[] = [
  ['any', { any: true }],
  ['header', { header: header('admin') }],
  ['path', { url_path: { path: { exact: '/permission-path' } } }],
  ['path-prefix', { url_path: { path: { prefix: '/PERMISSION-path', ignore_case: true } } }],
  ['ip', { destination_ip: range('127.0.0.0', 8) }],
  ['other-ip', { destination_ip: range('10.0.0.0', 8) }],
  ['ipv6', { destination_ip: range('::1', 128) }],
  ['port', { destination_port: 1 }],
  ['port-range', { destination_port_range: { start: 1000, end: 65536 } }],
  ['low-ports', { destination_port_range: { start: 1, end: 1000 } }],
  ['metadata', { metadata: metadata('rbac.route', 'a', 'b') }],
  [
    'sourced-route',
    { sourced_metadata: { metadata_matcher: metadata('rbac.route', 'a', 'b'), metadata_source: 'ROUTE' } },
  ],
  ['sourced-dynamic', { sourced_metadata: { metadata_matcher: metadata('rbac.route', 'a', 'b') } }],
  [
    'template',
    {
      uri_template: {
        name: 't',
        typed_config: typed('envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig', {
          path_template: '/permission-template/{id}/*',
        }),
      },
    },
  ],
  ['server-name', { requested_server_name: { exact: '' } }],
  ['server-prefix', { requested_server_name: { prefix: 'x' } }],
  ['not', { not_rule: { header: header('admin') } }],
  ['and', { and_rules: { rules: [{ header: header('admin') }, { url_path: { path: { prefix: '/' } } }] } }],
  ['or', { or_rules: { rules: [{ header: header('admin') }, { header: header('root') }] } }],
];

const principals: readonly (readonly [string, Plain])[] = [
  ['any', { any: true }],
  ['authenticated', { authenticated: {} }],
  ['authenticated-name', { authenticated: { principal_name: { exact: 'x' } } }],
  ['source', { source_ip: range('127.0.0.1', 32) }],
  ['direct', { direct_remote_ip: range('127.0.0.1', 32) }],
  ['remote', { remote_ip: range('10.0.0.0', 8) }],
  ['remote-local', { remote_ip: range('127.0.0.0', 8) }],
  ['header', { header: header('admin') }],
  ['path', { url_path: { path: { suffix: 'path' } } }],
  ['state', { filter_state: { key: 'absent', string_match: { exact: 'x' } } }],
  ['not', { not_id: { header: header('admin') } }],
  ['and', { and_ids: { ids: [{ header: header('admin') }, { any: true }] } }],
  ['or', { or_ids: { ids: [{ header: header('admin') }, { header: header('root') }] } }],
];

const routeMetadata = { metadata: { filter_metadata: { 'rbac.route': { a: 'b' } } } };
const ruleRoutes = [
  ...permissions.map(([key, permission]) => ({
    ...(allowed(`/permission-${key}`, permission) as Fields),
    ...routeMetadata,
  })),
  ...principals.map(([key, principal]) => allowed(`/principal-${key}`, { any: true }, principal)),
].sort(
  (a, b) =>
    (b as { match: { prefix: string } }).match.prefix.length -
    (a as { match: { prefix: string } }).match.prefix.length,
);

const two = { second: policy({ header: header('admin') }), first: policy({ header: header('root') }) };

const decide = (action: string, called: string): Fields => ({
  action: {
    name: 'action',
    typed_config: typed('envoy.config.rbac.v3.Action', { name: called, action }),
  },
});
const ofHeader = {
  name: 'role',
  typed_config: typed('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: 'x-role' }),
};
const list = (role: string, onMatch: Fields, rest: Fields = {}): Fields => ({
  matcher_list: {
    matchers: [
      {
        predicate: { single_predicate: { input: ofHeader, value_match: { exact: role } } },
        on_match: onMatch,
      },
    ],
  },
  ...rest,
});
const trees: readonly (readonly [string, Fields])[] = [
  ['/allow', { matcher: list('admin', decide('ALLOW', 'let in')) }],
  ['/deny', { matcher: list('admin', decide('DENY', 'keep out')) }],
  ['/log', { matcher: list('admin', decide('LOG', 'write')) }],
  [
    '/otherwise',
    { matcher: list('admin', decide('DENY', 'keep out'), { on_no_match: decide('ALLOW', 'rest') }) },
  ],
  [
    '/map',
    {
      matcher: {
        matcher_tree: {
          input: ofHeader,
          exact_match_map: { map: { admin: decide('ALLOW', 'a'), root: decide('LOG', 'r') } },
        },
      },
    },
  ],
  ['/shadow', { shadow_matcher: list('admin', decide('DENY', 'keep out')) }],
  [
    '/both',
    {
      matcher: list('admin', decide('ALLOW', 'let in')),
      rules: { action: 'DENY', policies: { all: policy({ any: true }) } },
    },
  ],
];

const askers = [
  ['nobody', []],
  ['admin', [['x-role', 'admin']]],
  [
    'root',
    [
      ['x-role', 'root'],
      ['x-forwarded-for', '10.1.1.1'],
    ],
  ],
] as const;

export const rbacFamily: FilterFamily = {
  listeners: {
    'rbac-rules': {
      filters: [rbac({})],
      routes: ruleRoutes,
      manager: { use_remote_address: true, xff_num_trusted_hops: 1 },
    },
    rbac: {
      filters: [
        rbac({
          rules: { action: 'ALLOW', policies: { 'all is well': policy({ header: header('admin') }) } },
          shadow_rules: { action: 'DENY', policies: two },
          rules_stat_prefix: 'enforced_',
          shadow_rules_stat_prefix: 'shadow_',
          track_per_rule_stats: true,
        }),
      ],
      routes: [
        onRoute('/deny', 'DENY', { 'two words': policy({ header: header('admin') }) }),
        onRoute('/two', 'DENY', two),
        onRoute('/log', 'LOG', two),
        onRoute('/empty-allow', 'ALLOW', {}),
        onRoute('/empty-deny', 'DENY', {}),
        routeWith('/off', perRoute({})),
        routeWith('/nothing', perRoute({ rbac: {} })),
        routeWith('/empty-rules', perRoute({ rbac: { rules: {} } })),
        routeWith(
          '/shadow',
          perRoute({
            rbac: {
              shadow_rules: { policies: two },
              shadow_rules_stat_prefix: 'route_',
              rules_stat_prefix: 'routes_own',
              rules: { action: 'DENY', policies: two },
              track_per_rule_stats: true,
            },
          }),
        ),
      ],
    },
    'rbac-plain': {
      filters: [
        rbac({
          rules: { action: 'LOG', policies: two },
          shadow_rules: { action: 'LOG', policies: two },
        }),
      ],
    },
    'rbac-trees': {
      filters: [rbac({ matcher: list('root', decide('ALLOW', 'own')), track_per_rule_stats: true })],
      routes: trees.map(([path, fields]) => routeWith(path, perRoute({ rbac: fields }))),
    },
    'rbac-shadow': { filters: [rbac({ shadow_rules: { policies: two } })] },
    'rbac-shadow-log': { filters: [rbac({ shadow_rules: { action: 'LOG', policies: two } })] },
  },
  cases: [
    ...['rbac-rules'].flatMap((listener) =>
      [
        ...permissions.map(([key]) => `/permission-${key}`),
        ...principals.map(([key]) => `/principal-${key}`),
      ].flatMap((path) =>
        askers.map(([who, headers]) =>
          simple(`rbac ${path} by ${who}`, get(`${path}?q=1`, headers), { listener }),
        ),
      ),
    ),
    ...['rbac', 'rbac-plain', 'rbac-shadow', 'rbac-shadow-log'].flatMap((listener) =>
      [
        '/x',
        '/deny',
        '/two',
        '/log',
        '/empty-allow',
        '/empty-deny',
        '/off',
        '/nothing',
        '/empty-rules',
        '/shadow',
      ].flatMap((path) =>
        askers.map(([who, headers]) =>
          simple(`rbac at ${listener} ${path} by ${who}`, get(path, headers), { listener }),
        ),
      ),
    ),
    ...['/else', ...trees.map(([path]) => path)].flatMap((path) =>
      askers.map(([who, headers]) =>
        simple(`rbac tree ${path} by ${who}`, get(path, headers), { listener: 'rbac-trees' }),
      ),
    ),
    simple('rbac: a template that matches', get('/permission-template/7/x?q=1'), { listener: 'rbac-rules' }),
    simple('rbac: a template and more', get('/permission-template/7/x/y'), { listener: 'rbac-rules' }),
    simple('rbac denies a request with a body', post('/deny', 'hello', [['x-role', 'admin']]), {
      listener: 'rbac',
    }),
    simple(
      'rbac denies a gRPC call',
      post('/deny', '', [
        ['x-role', 'admin'],
        ['content-type', 'application/grpc'],
      ]),
      { listener: 'rbac' },
    ),
  ],
};
