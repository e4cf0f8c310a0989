import type { Plain } from '../../../../src/base/plain.js';
import type { DifferentialCase } from '../differential-case.js';
import { type Fields, filter, typed } from '../families/filter-family.js';
import type { NetworkListener } from '../network-listeners.js';
import type { NetworkFamily } from './network-family.js';

const proxyProtocol = filter(
  'envoy.filters.listener.proxy_protocol',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  { allow_requests_without_proxy_protocol: true },
);
const rbac = (fields: Fields): Plain =>
  filter('envoy.filters.network.rbac', 'envoy.extensions.filters.network.rbac.v3.RBAC', {
    stat_prefix: 'own',
    ...fields,
  });
const state = (text: string, moment = 'on_new_connection'): Plain =>
  filter('state', 'envoy.extensions.filters.network.set_filter_state.v3.Config', {
    [moment]: [
      {
        object_key: 'own.key',
        factory_key: 'envoy.string',
        format_string: { text_format_source: { inline_string: text } },
      },
    ],
  });

const input = (name: string, fields: Fields = {}): Plain =>
  filter(name, `envoy.extensions.matching.common_inputs.network.v3.${name}`, fields);
const leaf = (action: string, name: string = action.toLowerCase()): Fields => ({
  action: { name: 'action', typed_config: typed('envoy.config.rbac.v3.Action', { name, action }) },
});
const exact = (by: Plain, map: Fields, rest: Fields = {}): Fields => ({
  matcher_tree: { input: by, exact_match_map: { map } },
  ...rest,
});
const prefix = (by: Plain, map: Fields): Fields => ({
  matcher_tree: { input: by, prefix_match_map: { map } },
});
const ofText = (by: Plain, value: Fields): Fields => ({
  single_predicate: { input: by, value_match: value },
});
const range = (ip: string, length: number): Plain => ({ address_prefix: ip, prefix_len: length });
const inRange = (by: Plain, ip: string, length: number): Fields => ({
  single_predicate: {
    input: by,
    custom_match: filter('ip', 'envoy.extensions.matching.input_matchers.ip.v3.Ip', {
      cidr_ranges: [range(ip, length)],
      stat_prefix: 'own',
    }),
  },
});
const list = (
  entries: readonly (readonly [predicate: Fields, onMatch: Fields])[],
  rest: Fields = {},
): Fields => ({
  matcher_list: { matchers: entries.map(([predicate, on_match]) => ({ predicate, on_match })) },
  ...rest,
});
const ranges = (by: Plain, entries: readonly (readonly [Plain, Fields])[], rest: Fields = {}): Fields => ({
  matcher_tree: {
    input: by,
    custom_match: filter('ip', 'xds.type.matcher.v3.IPMatcher', {
      range_matchers: entries.map(([cidr, on_match]) => ({ ranges: [cidr], on_match })),
    }),
  },
  ...rest,
});

const allow = leaf('ALLOW');
const deny = leaf('DENY', 'deny it');
const log = leaf('LOG');
const port = input('DestinationPortInput');
const source = input('SourceIPInput');
const destination = input('DestinationIPInput');
const direct = input('DirectSourceIPInput');
const ownState = input('FilterStateInput', { key: 'own.key' });

/** Trees that decide by where a connection comes from and goes to; all are tried with each head. */
const trees: { readonly [name: string]: Fields } = {
  empty: {},
  'no-match-allows': { on_no_match: allow },
  port: exact(port, { '80': allow, '81': deny, '82': log }),
  'port-or-rest': exact(port, { '81': deny }, { on_no_match: allow }),
  'port-prefix': prefix(port, { '8': deny, '80': allow, '': log }),
  'source-port': exact(input('SourcePortInput'), { '4096': allow }),
  source: list([
    [inRange(source, '10.1.0.0', 16), allow],
    [inRange(source, '10.0.0.0', 8), log],
  ]),
  'source-ranges': ranges(source, [
    [range('10.1.0.0', 16), deny],
    [range('10.0.0.0', 8), allow],
    [range('2001::', 16), allow],
  ]),
  destination: exact(destination, { '10.0.0.2': allow, '2001::2': allow }),
  direct: list([[{ not_matcher: inRange(direct, '127.0.0.0', 8) }, deny]], { on_no_match: allow }),
  'direct-exact': exact(direct, { '127.0.0.1': allow }),
  namespace: exact(input('NetworkNamespaceInput'), { '': allow }, { on_no_match: log }),
  'server-name': exact(input('ServerNameInput'), { '': allow }),
  both: list([
    [{ and_matcher: { predicate: [ofText(port, { exact: '80' }), inRange(source, '10.1.0.0', 16)] } }, allow],
    [{ or_matcher: { predicate: [ofText(port, { exact: '81' }), ofText(source, { suffix: '.3' })] } }, log],
  ]),
  inside: exact(port, {
    '80': { matcher: exact(source, { '10.1.2.3': allow }, { on_no_match: deny }) },
    '81': { matcher: exact(source, { '10.1.2.3': allow }) },
  }),
  'without-certificate': exact(
    filter('subject', 'envoy.extensions.matching.common_inputs.ssl.v3.SubjectInput'),
    { '': allow },
    { on_no_match: allow },
  ),
};

const heads: { readonly [name: string]: string } = {
  'by itself': '',
  'from 10.1 to port 80': 'PROXY TCP4 10.1.2.3 10.0.0.2 4096 80\r\n',
  'from 10.2 to port 81': 'PROXY TCP4 10.2.2.4 10.0.0.3 4097 81\r\n',
  'from 10.2 to port 82': 'PROXY TCP4 10.2.2.3 10.0.0.3 4097 82\r\n',
  'over IPv6': 'PROXY TCP6 2001::1 2001::2 4096 80\r\n',
};

/** Answers for itself, so that nobody is dialled for connections that are refused. */
const echo = filter('echo', 'envoy.extensions.filters.network.echo.v3.Echo');
const matched = (matcher: Fields): NetworkListener => ({
  listenerFilters: [proxyProtocol],
  filters: [rbac({ matcher, shadow_matcher: matcher, shadow_rules_stat_prefix: 'dark_' })],
  last: echo,
});

/** It may pass or not; the connection is over at the end either way. */
function tried(listener: string, name: string, head: string): DifferentialCase {
  return {
    name: `access: ${listener}, ${name}`,
    listener,
    steps: [`${head}bytes`, { text: 'bytes' }, 'end', 'closed'],
    probes: false,
  };
}
function plain(listener: string): DifferentialCase {
  return tried(listener, 'by itself', '');
}

const everything = { any: true };
const rules = (action: string, permission: Plain = everything): Plain => ({
  action,
  policies: { one: { permissions: [permission], principals: [everything] } },
});
const only = (...filters: readonly Plain[]): NetworkListener => ({ filters, last: echo });

/** Network RBAC by matchers, and its remaining fields. */
export const accessFamily: NetworkFamily = {
  listeners: {
    ...Object.fromEntries(Object.entries(trees).map(([name, tree]) => [`tree-${name}`, matched(tree)])),
    'matcher-beside-rules': only(rbac({ matcher: { on_no_match: allow }, rules: rules('DENY') })),
    'shadow-beside-rules': only(
      rbac({ shadow_matcher: { on_no_match: deny }, shadow_rules: rules('ALLOW'), rules: rules('ALLOW') }),
    ),
    'shadow-logs': only(rbac({ shadow_matcher: { on_no_match: log } })),
    'shadow-rules-log': only(rbac({ shadow_rules: rules('LOG') })),
    'shadow-none': only(rbac({ shadow_matcher: {}, shadow_rules_stat_prefix: 'dark.' })),
    'matcher-delayed': only(rbac({ matcher: {}, delay_deny: '0.05s' })),
    'matcher-of-state': only(state('yes'), rbac({ matcher: exact(ownState, { yes: allow }) })),
    'matcher-of-no-state': only(rbac({ matcher: exact(ownState, { yes: allow }, { on_no_match: deny }) })),
    'matcher-of-late-state': only(
      state('%BYTES_RECEIVED%', 'on_downstream_data'),
      rbac({ matcher: list([[ofText(ownState, { prefix: '0' }), deny]], { on_no_match: allow }) }),
    ),
    'matcher-of-field': only(
      state('yes'),
      rbac({
        matcher: exact(
          input('FilterStateInput', { key: 'own.key', field: 'f' }),
          { yes: allow },
          { on_no_match: log },
        ),
      }),
    ),
  },
  cases: [
    ...Object.keys(trees).flatMap((name) =>
      Object.entries(heads).map(([head, text]) => tried(`tree-${name}`, head, text)),
    ),
    ...[
      ...['matcher-beside-rules', 'shadow-beside-rules', 'shadow-logs', 'shadow-rules-log', 'shadow-none'],
      ...['matcher-delayed', 'matcher-of-state', 'matcher-of-no-state', 'matcher-of-late-state'],
      'matcher-of-field',
    ].map(plain),
  ],
};
