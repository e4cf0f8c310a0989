import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { parseUdpProxy } from '../../../../../../src/extensions/filters/udp/udp-proxy/config.js';
import { readText } from '../../../../../support/config-text.js';

const type = 'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig';
const route = `{name: r, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.udp.udp_proxy.v3.Route, cluster: a}}`;
const read = (input: string) =>
  readText(
    type,
    `{stat_prefix: x, matcher: {matcher_tree: {input: {name: i, typed_config: {"@type": type.googleapis.com/${input}}}, exact_match_map: {map: {k: {action: ${route}}}}}}}`,
    parseUdpProxy,
  );
const network = 'envoy.extensions.matching.common_inputs.network.v3';

test('a matcher may ask for the addresses of a datagram', () => {
  for (const name of ['SourceIPInput', 'SourcePortInput', 'DestinationIPInput', 'DestinationPortInput']) {
    const { value, problems } = read(`${network}.${name}`);
    deepEqual(problems, []);
    equal(value.matcher?.kind, 'exact');
  }
});

test('a matcher may not ask for what only connections have', () => {
  for (const name of [
    'DirectSourceIPInput',
    'SourceTypeInput',
    'ServerNameInput',
    'ApplicationProtocolInput',
  ])
    match(String(read(`${network}.${name}`).problems), /Didn't find a registered implementation/);
});
