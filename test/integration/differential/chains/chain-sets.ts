import type { Plain } from '../../../../src/base/plain.js';
import type { Fields } from '../families/filter-family.js';
import type { ChainClient } from './chain-clients.js';
import { clientHello } from './client-hello.js';

/**
 * What chains of the grid ask for, each with the values it is made of. A range of all addresses is left out: beside
 * chains that name no range, Envoy takes the one or the other.
 */
const criteria: readonly (readonly [field: string, values: readonly Plain[], isList: boolean])[] = [
  ['destination_port', [80, 443], false],
  [
    'prefix_ranges',
    ['10.0.0.0/8', '10.1.0.0/16', '10.1.1.1/32', '127.0.0.0/8', '2001::/16', '2001::/64'],
    true,
  ],
  ['server_names', ['a.test', '*.a.test', '*.test', 'b.a.test', '*.c.b.a.test'], true],
  ['transport_protocol', ['tls', 'raw_buffer'], false],
  ['application_protocols', ['h2', 'http/1.1', 'http/1.0', 'h2c', 'own'], true],
  ['direct_source_prefix_ranges', ['127.0.0.0/8', '127.0.0.7/32', '10.0.0.0/8'], true],
  ['source_type', ['SAME_IP_OR_LOOPBACK', 'EXTERNAL'], false],
  ['source_prefix_ranges', ['10.0.0.0/8', '10.9.0.0/16', '127.0.0.7/32', '127.0.0.0/8', '2001::/16'], true],
  ['source_ports', [4096, 4097], true],
];

/** Small and good enough (mulberry32); both proxies get the same chains at each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function isRange(value: Plain): value is string {
  return typeof value === 'string' && /^[\d.:a-f]*\/\d+$/.test(value);
}

function asValue(value: Plain): Plain {
  if (!isRange(value)) return value;
  const [prefix = '', length] = value.split('/');
  return { address_prefix: prefix, prefix_len: Number(length) };
}

/** A match as values by field, and each combination of them: no two chains may share one. */
function matchOf(random: (below: number) => number, looked: typeof criteria): Map<string, readonly Plain[]> {
  const match = new Map<string, readonly Plain[]>();
  for (const [field, values, isList] of looked) {
    if (random(2) === 0) continue;
    const count = isList && random(3) === 0 ? 2 : 1;
    const first = random(values.length);
    match.set(
      field,
      Array.from({ length: count }, (_, i) => values[(first + i) % values.length] as Plain),
    );
  }
  return match;
}

function combinations(match: Map<string, readonly Plain[]>): string[] {
  let all = [''];
  for (const [field] of criteria) {
    const values = match.get(field) ?? ['any'];
    all = all.flatMap((begun) => values.map((value) => `${begun}|${value}`));
  }
  return all;
}

function fieldsOf(match: Map<string, readonly Plain[]>): Fields {
  const fields: { [field: string]: Plain } = {};
  for (const [field, , isList] of criteria) {
    const values = match.get(field)?.map(asValue);
    if (values !== undefined) fields[field] = isList ? values : (values[0] as Plain);
  }
  return fields;
}

/** As many matches that do not overlap, over that many criteria. */
export function chainMatches(seed: number, count: number, width: number): readonly Fields[] {
  const random = numbers(seed);
  const looked = [...criteria];
  while (looked.length > width) looked.splice(random(looked.length), 1);
  const taken = new Set<string>();
  const matches: Fields[] = [];
  for (let tries = 0; tries < 20 * count && matches.length < count; tries++) {
    const match = matchOf(random, looked);
    const wanted = combinations(match);
    if (wanted.some((it) => taken.has(it))) continue;
    for (const it of wanted) taken.add(it);
    matches.push(fieldsOf(match));
  }
  return matches;
}

const inputName = (name: string): Plain => ({
  name,
  typed_config: {
    '@type': `type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.${name}Input`,
  },
});
const toChain = (name: string): Fields => ({
  action: { name, typed_config: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: name } },
});

/** Inputs of trees, with the values that they are asked for. */
const inputs: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['DestinationPort', ['80', '443', '44']],
  ['DestinationIP', ['10.1.1.1', '127.0.0.1', '2001::2', '10.5.0.1']],
  ['SourceIP', ['10.9.0.1', '127.0.0.7', '2001::1', '10.']],
  ['DirectSourceIP', ['127.0.0.1', '127.0.0.7']],
  ['SourcePort', ['4096', '4097', '5000']],
  ['SourceType', ['local']],
  ['ServerName', ['a.test', 'x.b.a.test', 'b.a.test', 'other', '']],
  ['TransportProtocol', ['tls', 'raw_buffer', '']],
  ['ApplicationProtocol', ["'h2'", "'http/1.1'", "'own','h2'", "'h2c'", "'h", '']],
];
const inRanges = ['10.0.0.0/8', '10.9.0.0/16', '127.0.0.7/32', '127.0.0.0/8', '2001::/16'];

/** A tree that leads to `chain-0` and up, or to a chain that does not exist. */
export function chainTree(seed: number, chains: number): Fields {
  const random = numbers(seed);
  const of = <T>(values: readonly T[]): T => values[random(values.length)] as T;
  const target = (depth: number): Fields =>
    depth > 0 && random(2) === 0 ? { matcher: tree(depth - 1) } : toChain(`chain-${random(chains + 1)}`);
  const predicate = (depth: number): Fields => {
    const kind = depth === 0 ? 0 : random(5);
    if (kind === 1) return { not_matcher: predicate(depth - 1) };
    if (kind === 2 || kind === 3) {
      const several = { predicate: [predicate(depth - 1), predicate(depth - 1)] };
      return kind === 2 ? { and_matcher: several } : { or_matcher: several };
    }
    const [name, values] = of(inputs);
    const rule = of(['exact', 'prefix', 'suffix', 'contains']);
    return {
      single_predicate: { input: inputName(name), value_match: { [rule]: of(values) || 'a' } },
    };
  };
  const tree = (depth: number): Fields => {
    const otherwise = random(2) === 0 ? {} : { on_no_match: target(depth) };
    const kind = random(5);
    if (kind === 0) {
      const matchers = [0, 1, 2].map(() => ({ predicate: predicate(2), on_match: target(depth) }));
      return { matcher_list: { matchers }, ...otherwise };
    }
    if (kind === 1) {
      const entries = [0, 1, 2].map(() => ({
        ranges: [asValue(of(inRanges))],
        on_match: target(depth),
        exclusive: random(3) === 0,
      }));
      const custom = {
        name: 'ip',
        typed_config: {
          '@type': 'type.googleapis.com/xds.type.matcher.v3.IPMatcher',
          range_matchers: entries,
        },
      };
      const input = inputName(of(['SourceIP', 'DestinationIP', 'DirectSourceIP']));
      return { matcher_tree: { input, custom_match: custom }, on_no_match: target(depth) };
    }
    if (kind === 4) {
      const domains = ['a.test', '*.a.test', '*.test', '*'].filter(() => random(2) === 0);
      const matchers = domains.map((domain) => ({ domains: [domain], on_match: target(depth) }));
      const custom = {
        name: 'names',
        typed_config: {
          '@type': 'type.googleapis.com/xds.type.matcher.v3.ServerNameMatcher',
          domain_matchers: [...matchers, { domains: ['never.example'], on_match: target(0) }],
        },
      };
      return { matcher_tree: { input: inputName('ServerName'), custom_match: custom }, ...otherwise };
    }
    const [name, values] = of(inputs);
    const map = Object.fromEntries([0, 1, 2].map(() => [of(values), target(depth)]));
    const field = kind === 2 ? 'exact_match_map' : 'prefix_match_map';
    return { matcher_tree: { input: inputName(name), [field]: { map } }, ...otherwise };
  };
  return tree(2);
}

const addresses: readonly (readonly [name: string, line: string])[] = [
  ['as it is', ''],
  ['10.9 to 10.1:80', 'PROXY TCP4 10.9.0.1 10.1.1.1 4096 80\r\n'],
  ['10.2 to 10.1.2:443', 'PROXY TCP4 10.2.0.1 10.1.2.1 4097 443\r\n'],
  ['itself at 10.5:81', 'PROXY TCP4 10.5.0.1 10.5.0.1 5000 81\r\n'],
  ['192 to 127:80', 'PROXY TCP4 192.168.0.1 127.0.0.1 4096 80\r\n'],
  ['127.0.0.1 to 10.5:443', 'PROXY TCP4 127.0.0.1 10.5.0.1 4096 443\r\n'],
  ['127.0.0.7 to 10.5:443', 'PROXY TCP4 127.0.0.7 10.5.0.1 4097 443\r\n'],
  ['IPv6', 'PROXY TCP6 2001::1 2001::2 4096 80\r\n'],
  ['IPv6 loopback', 'PROXY TCP6 ::1 fd00::2 5000 443\r\n'],
];
const firsts: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['bytes', Buffer.from('\x01\x02\x03\x04\x05')],
  ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nhost: a.test\r\n\r\n')],
  ['HTTP/1.0', Buffer.from('GET / HTTP/1.0\r\n\r\n')],
  ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['TLS', clientHello({})],
  ['TLS a.test', clientHello({ serverName: 'a.test' })],
  ['TLS B.A.test', clientHello({ serverName: 'B.A.test', alpn: ['own', 'h2'] })],
  ['TLS x.b.a.test', clientHello({ serverName: 'x.b.a.test', alpn: ['h2', 'own'] })],
  ['TLS d.c.b.a.test', clientHello({ serverName: 'd.c.b.a.test', alpn: ['none', 'http/1.1'] })],
  ['TLS other', clientHello({ serverName: 'other', alpn: ['none'] })],
  ['TLS e.test', clientHello({ serverName: 'e.test', alpn: ['http/1.1'] })],
];
const sources = ['127.0.0.1', '127.0.0.7'];

/** Every client: where from, which addresses it claims, and how it begins. */
export const gridClients: readonly ChainClient[] = sources.flatMap((from) =>
  addresses.flatMap(([address, line]) =>
    firsts.map(([first, bytes]) => ({
      name: `from ${from}, ${address}, ${first}`,
      from,
      head: Buffer.concat([Buffer.from(line, 'latin1'), bytes]),
    })),
  ),
);
