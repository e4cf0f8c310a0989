import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get } from '../differential-case.js';
import { type Fields, filter, typed } from '../families/filter-family.js';
import type { NetworkListener } from '../network-listeners.js';
import type { NetworkFamily } from './network-family.js';

const ofListener = (name: string, type: string, fields: Fields = {}): Fields =>
  filter(`envoy.filters.listener.${name}`, `envoy.extensions.filters.listener.${type}`, fields);
const proxyProtocol = ofListener('proxy_protocol', 'proxy_protocol.v3.ProxyProtocol');
const httpInspector = ofListener('http_inspector', 'http_inspector.v3.HttpInspector');

const input = (name: string, fields: Fields = {}): Plain =>
  filter(name, `envoy.extensions.matching.common_inputs.network.v3.${name}`, fields);
const chain = (name: string): Fields => ({
  action: { name, typed_config: typed('google.protobuf.StringValue', { value: name }) },
});
const exact = (by: Plain, map: { readonly [value: string]: Plain }, rest: Fields = {}): Fields => ({
  matcher_tree: { input: by, exact_match_map: { map } },
  ...rest,
});
const inRange = (by: Plain, prefix: string, length: number): Plain => ({
  single_predicate: {
    input: by,
    custom_match: filter('ip', 'envoy.extensions.matching.input_matchers.ip.v3.Ip', {
      cidr_ranges: [{ address_prefix: prefix, prefix_len: length }],
      stat_prefix: 'own',
    }),
  },
});

/** A listener whose chains are chosen by a matcher; `fallback` adds a default chain. */
function matched(
  matcher: Fields,
  fallback = false,
  filters: readonly Plain[] = [proxyProtocol],
): NetworkListener {
  return {
    listenerFilters: filters,
    chains: (make) => ({
      filter_chain_matcher: matcher,
      filter_chains: [make('one', 'main'), make('two', 'second')],
      ...(fallback ? { default_filter_chain: make('rest', 'main') } : {}),
    }),
  };
}

function carried(name: string, listener: string, head: string): DifferentialCase {
  const steps = [head + get('/bytes'), { responses: 1 }, 'end', 'closed'] as const;
  return { name: `chain: ${name}`, listener, steps, probes: false };
}

function refused(name: string, listener: string, head: string): DifferentialCase {
  return { name: `chain: ${name}`, listener, steps: [head, 'closed'], probes: false };
}

const line = (ip: string, port: number): string => `PROXY TCP4 ${ip} 10.0.0.2 4096 ${port}\r\n`;
const port = input('DestinationPortInput');
const source = input('SourceIPInput');

/** What leaves the proxy_protocol filter out; without it, the line is the first bytes. */
const gated = (gate: Plain): NetworkListener => ({
  listenerFilters: [{ ...httpInspector, filter_disabled: gate }],
});
const otherPorts = { destination_port_range: { start: 1, end: 2 } };

/** `filter_chain_matcher`, and `filter_disabled` of listener filters. */
export const chainFamily: NetworkFamily = {
  listeners: {
    'by-port': matched(exact(port, { '80': chain('one'), '81': chain('two'), '82': chain('nobody') })),
    'by-port-or-rest': matched(exact(port, { '81': chain('two') }), true),
    'by-port-no-match': matched(exact(port, { '80': chain('one') }, { on_no_match: chain('two') })),
    'by-source': matched({
      matcher_list: {
        matchers: [
          { predicate: inRange(source, '10.1.0.0', 16), on_match: chain('one') },
          {
            predicate: { not_matcher: inRange(input('DirectSourceIPInput'), '10.0.0.0', 8) },
            on_match: {
              matcher: exact(input('DestinationIPInput'), { '10.0.0.2': chain('two') }),
            },
          },
        ],
      },
    }),
    'by-protocol': matched(
      exact(input('ApplicationProtocolInput'), { "'http/1.1'": chain('one') }, { on_no_match: chain('two') }),
      false,
      [httpInspector],
    ),
    'gate-any': gated({ any_match: true }),
    'gate-port': gated(otherPorts),
    'gate-not': gated({ not_match: otherPorts }),
    'gate-and': gated({ and_match: { rules: [{ any_match: true }, otherPorts] } }),
    'gate-or': gated({ or_match: { rules: [{ any_match: true }, otherPorts] } }),
  },
  cases: [
    carried('the port of a chain', 'by-port', line('10.0.0.1', 80)),
    carried('the port of another chain', 'by-port', line('10.0.0.1', 81)),
    refused('a name without a chain', 'by-port', line('10.0.0.1', 82)),
    refused('a port without a chain', 'by-port', line('10.0.0.1', 83)),
    carried('the default chain', 'by-port-or-rest', line('10.0.0.1', 80)),
    carried('no match', 'by-port-no-match', line('10.0.0.1', 83)),
    carried('a source range', 'by-source', line('10.1.2.3', 80)),
    carried('a matcher inside', 'by-source', line('10.2.2.3', 80)),
    carried('an application protocol', 'by-protocol', ''),
    ...['gate-any', 'gate-port', 'gate-not', 'gate-and', 'gate-or'].map((name) =>
      carried(`listener filter with ${name}`, name, ''),
    ),
  ],
};
