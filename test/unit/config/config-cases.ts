/** Configurations as Envoy 1.40 judges them by form and constraint annotations: accepted, or refused at a path. */

export interface ConfigCase {
  readonly name: string;
  readonly text: string;
  readonly file?: string;
  /** Path of the one problem; absent when accepted. */
  readonly path?: string;
  /** A part of its message. */
  readonly says?: string;
}

const cluster = (lines: string): string => `static_resources:\n  clusters:\n  - name: c\n    ${lines}\n`;
const C = 'static_resources.clusters[0]';
const buffer = (value: string): string => cluster(`per_connection_buffer_limit_bytes: ${value}`);
const BUFFER = `${C}.per_connection_buffer_limit_bytes`;
const ttl = (value: string): string => cluster(`respect_dns_ttl: ${value}`);
const timeout = (value: string): string => cluster(`connect_timeout: ${value}`);
const TIMEOUT = `${C}.connect_timeout`;
const node = (fields: string): string => `node: {id: a, ${fields}}\n`;

const hcm = (lines: string): string => `static_resources:
  listeners:
  - name: l
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: x
          ${lines}
`;
const HCM = 'static_resources.listeners[0].filter_chains[0].filters[0].typed_config';
const route = (text: string): string =>
  hcm(`route_config: {virtual_hosts: [{name: v, domains: ["*"], routes: [${text}]}]}`);
const ROUTE = `${HCM}.route_config.virtual_hosts[0].routes[0]`;
const OK = 'direct_response: {status: 200}';

const socket = (typed: string): string => cluster(`transport_socket: {name: s, typed_config: {${typed}}}`);
const SOCKET = `${C}.transport_socket.typed_config`;
const RAW = 'type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer';
const TYPED_STRUCT = '"@type": type.googleapis.com/xds.type.v3.TypedStruct';
const json = (name: string, text: string, path?: string): ConfigCase =>
  path === undefined ? { name, text, file: 'x.json' } : { name, text, file: 'x.json', path };

export const FORM_CASES: readonly ConfigCase[] = [
  {
    name: 'yes, on and y are booleans',
    text: `${ttl('yes')}  - {name: d, respect_dns_ttl: on}\n  - {name: e, respect_dns_ttl: y}\n`,
  },
  { name: 'a quoted true is a boolean for a boolean field', text: ttl('"true"') },
  { name: 'oddly cased words are booleans for a boolean field', text: ttl('tRue') },
  {
    name: 'a number is no boolean',
    text: ttl('1'),
    path: `${C}.respect_dns_ttl`,
    says: 'expected true or false, found 1',
  },
  { name: 'an empty string is no boolean', text: ttl('""'), path: `${C}.respect_dns_ttl` },
  {
    name: 'a plain word that reads as a boolean is no string',
    text: node('cluster: yes'),
    path: 'node.cluster',
    says: 'quotes',
  },
  {
    name: 'a plain integer is no string',
    text: node('cluster: 123'),
    path: 'node.cluster',
    says: 'found 123',
  },
  { name: 'a plain decimal is a string', text: node('cluster: 2.5') },
  {
    name: 'a tag makes a string of digits a number again',
    text: node('cluster: !!str 12'),
    path: 'node.cluster',
  },
  { name: 'other tags are ignored', text: node('cluster: !foo abc') },
  { name: 'integers may be hexadecimal', text: buffer('0x10') },
  { name: 'integers may be octal', text: buffer('010') },
  { name: 'integers may be quoted', text: buffer("'12'") },
  {
    name: 'integers may have a zero fraction or an exponent',
    text: `${buffer('12.0')}  - {name: d, per_connection_buffer_limit_bytes: 1e3}\n`,
  },
  {
    name: 'a fraction is no integer',
    text: buffer('1.5'),
    path: BUFFER,
    says: 'expected an integer, found "1.5"',
  },
  {
    name: 'an unsigned integer is not negative',
    text: buffer('-1'),
    path: BUFFER,
    says: 'between 0 and 4294967295',
  },
  { name: 'an integer keeps to its width', text: buffer('5000000000'), path: BUFFER },
  { name: 'blanks do not belong in numbers', text: buffer("' 12'"), path: BUFFER },
  { name: 'the octal of YAML 1.2 is not known', text: buffer('0o17'), path: BUFFER },
  { name: 'underscores do not belong in numbers', text: buffer('1_000'), path: BUFFER },
  { name: 'a wrapper may be an object with a value', text: buffer('{value: 5}') },
  { name: 'an empty wrapper is zero', text: buffer('{}') },
  { name: 'enum names have no case', text: cluster('lb_policy: round_robin') },
  { name: 'enum values may be numbers', text: cluster('lb_policy: "3"') },
  {
    name: 'an unknown enum name is refused',
    text: cluster('lb_policy: ROUND_ROBBIN'),
    path: `${C}.lb_policy`,
    says: 'did you mean "ROUND_ROBIN"',
  },
  {
    name: 'an enum number outside the list is refused',
    text: cluster('lb_policy: 99'),
    path: `${C}.lb_policy`,
  },
  { name: 'durations end in s', text: timeout('1ms'), path: TIMEOUT, says: 'duration such as "0.25s"' },
  { name: 'durations may be objects', text: timeout('{seconds: 1, nanos: 5}') },
  {
    name: 'durations know no other parts',
    text: timeout('{seconds: 1, nano: 1}'),
    path: `${TIMEOUT}.nano`,
    says: 'did you mean "nanos"',
  },
  { name: 'a number is no duration', text: timeout('1'), path: TIMEOUT },
  { name: 'durations begin with a digit', text: timeout('.5s'), path: TIMEOUT },
  { name: 'durations have at most nine decimals', text: timeout('0.1234567891s'), path: TIMEOUT },
  { name: 'durations are not negative', text: timeout('-0.5s'), path: TIMEOUT },
  { name: 'durations obey their rule', text: timeout('0s'), path: TIMEOUT, says: 'greater than 0s' },
  { name: 'one object stands for a list', text: 'static_resources:\n  clusters: {name: c}\n' },
  { name: 'one scalar stands for a list', text: node('client_features: abc') },
  { name: 'nested lists are flattened', text: node('client_features: [[abc], def]') },
  { name: 'a list is no object', text: 'node: [{id: a}]\n', path: 'node', says: 'found a list' },
  { name: 'a list is no scalar', text: node('cluster: [a]'), path: 'node.cluster' },
  { name: 'a scalar is no object', text: 'node: hello\n', path: 'node' },
  { name: 'a null is absence', text: 'node: ~\nadmin:\n' },
  {
    name: 'an absent required string is told by its name',
    text: 'static_resources:\n  clusters:\n  - {name: ~}\n',
    path: `${C}.name`,
    says: 'missing',
  },
  { name: 'the last of equal keys counts', text: cluster('connect_timeout: -1s\n    connect_timeout: 1s') },
  { name: 'camel case names are accepted', text: cluster('connectTimeout: 1s') },
  {
    name: 'two members of a oneof exclude each other',
    text: cluster('type: STATIC\n    cluster_type: {name: x}'),
    path: `${C}.cluster_type`,
    says: 'exclude each other',
  },
  { name: 'a null member of a oneof is absent', text: cluster('type: STATIC\n    cluster_type: ~') },
  { name: 'keys tagged !ignore vanish', text: '!ignore templates: [1]\nnode: {id: a, !ignore zz: 3}\n' },
  {
    name: 'merge keys are unknown fields',
    text: '!ignore x: &x {id: a}\nnode: {<<: *x}\n',
    path: 'node.<<',
    says: 'unknown field',
  },
  { name: 'anchors and aliases work', text: 'node: {id: &i a, cluster: *i}\n' },
  {
    name: 'an unknown field names its neighbour',
    text: node('clustre: x'),
    path: 'node.clustre',
    says: 'did you mean "cluster"',
  },
  {
    name: 'an unknown field is refused even when it is null',
    text: node('clustre: ~'),
    path: 'node.clustre',
  },
  { name: 'a map is an object', text: node('dynamic_parameters: [a]'), path: 'node.dynamic_parameters' },
  { name: 'a Struct is an object', text: node('metadata: x'), path: 'node.metadata' },
  { name: 'a second document is ignored', text: 'node: {id: a}\n---\nfoo: bar\n' },
  { name: 'a byte-order mark is fine in YAML', text: '\ufeffnode: {id: a}\n' },
  { name: 'an empty file is refused', text: '# nothing\n', path: '', says: 'found nothing' },
  { name: 'a list is no bootstrap', text: '- a\n', path: '' },
];

export const QUIET_CASES: readonly ConfigCase[] = [
  {
    name: 'a required field given wrongly is told once',
    text: 'static_resources:\n  clusters:\n  - {name: 5}\n',
    path: `${C}.name`,
    says: 'expected a string',
  },
  {
    name: 'a misspelled required field is told once',
    text: 'static_resources:\n  clusters:\n  - {nmae: c}\n',
    path: `${C}.nmae`,
    says: 'did you mean "name"',
  },
  {
    name: 'nothing is missed in what is no object',
    text: route('{match: x, direct_response: {status: 200}}'),
    path: `${ROUTE}.match`,
  },
];

export const TYPE_CASES: readonly ConfigCase[] = [
  { name: 'a type URL may have any host', text: socket(`"@type": foo.com/${RAW.slice(20)}`) },
  {
    name: 'a type URL has a slash',
    text: socket(`"@type": ${RAW.slice(20)}`),
    path: `${SOCKET}.@type`,
    says: `did you mean "${RAW}"`,
  },
  { name: 'an Any needs a type', text: socket('a: 1'), path: SOCKET, says: '@type' },
  {
    name: 'an unknown type is refused with the nearest',
    text: socket(`"@type": ${RAW}s`),
    path: `${SOCKET}.@type`,
    says: 'RawBuffer"?',
  },
  { name: 'fields inside an Any are checked', text: socket(`"@type": ${RAW}, x: 1`), path: `${SOCKET}.x` },
  { name: 'a TypedStruct stands for its type', text: socket(`${TYPED_STRUCT}, type_url: ${RAW}`) },
  {
    name: 'fields inside a TypedStruct are checked',
    text: socket(`${TYPED_STRUCT}, type_url: ${RAW}, value: {x: 1}`),
    path: `${SOCKET}.value.x`,
  },
];

export const RULE_CASES: readonly ConfigCase[] = [
  { name: 'a good route', text: route(`{match: {prefix: /}, ${OK}}`) },
  { name: 'a required message', text: route(`{${OK}}`), path: `${ROUTE}.match`, says: 'missing' },
  {
    name: 'a required oneof',
    text: route('{match: {prefix: /}}'),
    path: ROUTE,
    says: 'one of route, redirect, direct_response',
  },
  {
    name: 'a required oneof further down',
    text: route(`{match: {}, ${OK}}`),
    path: `${ROUTE}.match`,
    says: 'path_specifier',
  },
  { name: 'an empty prefix is a prefix', text: route(`{match: {prefix: ''}, ${OK}}`) },
  {
    name: 'a string that is too short',
    text: route(`{match: {safe_regex: {regex: ''}}, ${OK}}`),
    path: `${ROUTE}.match.safe_regex.regex`,
  },
  {
    name: 'a number below its range',
    text: route('{match: {prefix: /}, direct_response: {status: 99}}'),
    path: `${ROUTE}.direct_response.status`,
    says: 'at least 200 and less than 600',
  },
  {
    name: 'a header value with a line feed',
    text: route(`{match: {prefix: /}, request_headers_to_add: [{header: {key: a, value: "x\\ny"}}], ${OK}}`),
    path: `${ROUTE}.request_headers_to_add[0].header.value`,
  },
  {
    name: 'a list that is too short',
    text: hcm('route_config: {virtual_hosts: [{name: v, domains: []}]}'),
    path: `${HCM}.route_config.virtual_hosts[0].domains`,
  },
  {
    name: 'a list that is missing',
    text: hcm('route_config: {virtual_hosts: [{name: v}]}'),
    path: `${HCM}.route_config.virtual_hosts[0].domains`,
  },
  {
    name: 'a wrapper out of range',
    text: hcm('route_config: {}\n          max_request_headers_kb: 8193'),
    path: `${HCM}.max_request_headers_kb`,
  },
  {
    name: 'a port out of range',
    text: 'admin: {address: {socket_address: {address: a, port_value: 65536}}}\n',
    path: 'admin.address.socket_address.port_value',
  },
  {
    name: 'a list that is too long',
    text: cluster(
      `health_checks: [${'{timeout: 1s, interval: 1s, unhealthy_threshold: 1, healthy_threshold: 1, tcp_health_check: {}},'.repeat(9)}]`,
    ),
    path: `${C}.health_checks`,
    says: 'at most 8',
  },
  {
    name: 'an element outside its list',
    text: hcm(
      'route_config: {}\n          access_log: [{name: x, filter: {response_flag_filter: {flags: [UH, ZZ]}}}]',
    ),
    path: `${HCM}.access_log[0].filter.response_flag_filter.flags[1]`,
  },
  {
    name: 'a percentage above 100',
    text: cluster('common_lb_config: {healthy_panic_threshold: {value: 100.5}}'),
    path: `${C}.common_lb_config.healthy_panic_threshold.value`,
  },
  {
    name: 'a boolean that must be true',
    text: 'stats_flush_on_admin: false\n',
    path: 'stats_flush_on_admin',
  },
  {
    name: 'a duration just below its bound',
    text: 'stats_flush_interval: 0.0009s\n',
    path: 'stats_flush_interval',
  },
  {
    name: 'a string that is too long',
    text: `stats_config: {stats_tags: [{tag_name: a, regex: '${'x'.repeat(1025)}'}]}\n`,
    path: 'stats_config.stats_tags[0].regex',
  },
  {
    name: 'rules hold inside an Any of a map',
    text: cluster(
      'typed_extension_protocol_options: {k: {"@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions}}',
    ),
    path: `${C}.typed_extension_protocol_options["k"]`,
    says: 'upstream_protocol_options',
  },
  {
    name: 'base64 with and without padding',
    text: route('{match: {prefix: /}, direct_response: {status: 200, body: {inline_bytes: aGVsbG8}}}'),
  },
  {
    name: 'what is no base64',
    text: route('{match: {prefix: /}, direct_response: {status: 200, body: {inline_bytes: a!b}}}'),
    path: `${ROUTE}.direct_response.body.inline_bytes`,
  },
];

export const JSON_CASES: readonly ConfigCase[] = [
  json('strict JSON', '{"node":{"id":"a"}}'),
  json('trailing commas', '{"node":{"client_features":["a",],},}'),
  json('single quotes and bare keys', "{node:{'id':'it\\'s'}}"),
  json('control characters in strings', '{"node":{"id":"a\tb"}}'),
  json('comments are refused', '// x\n{}', ''),
  json('a byte-order mark is refused', '\ufeff{}', ''),
  json('a second document is refused', '{}{}', ''),
  json('an empty file is refused', '', ''),
  json(
    'numbers are plain JSON numbers',
    '{"static_resources":{"clusters":[{"name":"c","per_connection_buffer_limit_bytes":0x10}]}}',
    '',
  ),
  json('a plain number is no string', '{"node":{"id":1}}', 'node.id'),
  json(
    'a bare word is no value',
    '{"static_resources":{"clusters":[{"name":"c","respect_dns_ttl":yes}]}}',
    '',
  ),
  json('YAML is refused', 'node: {id: a}\n', ''),
  json('a doubled comma is refused', '{"node":{},,}', ''),
  { name: 'a file of another suffix is read as JSON', text: '{"node":{id:"a"}}', file: 'x.txt' },
  { name: 'the suffix has no case', text: 'node: {id: a}\n', file: 'x.YAML' },
];
