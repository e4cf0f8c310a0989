import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { buildRbacRules, parseRbacRules } from '../../../src/match/rbac/rbac-rules.js';
import { readText } from '../../support/config-text.js';
import { address, connectionInfo, requestHeaders, streamInfo } from '../../support/stream-info.js';

const type = 'envoy.config.rbac.v3.RBAC';

function engine(text: string) {
  const { value, problems } = readText(type, text, parseRbacRules);
  deepEqual(problems, []);
  return buildRbacRules(value);
}

function permits(permission: string, changes: Parameters<typeof streamInfo>[0] = {}, path = '/'): boolean {
  const rules = engine(`policies: { p: { permissions: [${permission}], principals: [{ any: true }] } }`);
  return rules.evaluate(requestHeaders(path), streamInfo(changes)).isAllowed;
}

function identifies(principal: string, changes: Parameters<typeof streamInfo>[0] = {}): boolean {
  const rules = engine(`policies: { p: { permissions: [{ any: true }], principals: [${principal}] } }`);
  return rules.evaluate(requestHeaders('/'), streamInfo(changes)).isAllowed;
}

test('policies are tried by name, and the first that matches decides', () => {
  const policy = '{ permissions: [{ any: true }], principals: [{ any: true }] }';
  const rules = engine(`action: DENY\npolicies: { zeta: ${policy}, alpha: ${policy} }`);
  deepEqual(rules.evaluate(requestHeaders('/'), streamInfo()), {
    isAllowed: false,
    policy: 'alpha',
    shouldLog: null,
  });
});

test('rules without policies allow nothing, and deny nothing', () => {
  equal(engine('action: ALLOW').evaluate(requestHeaders('/'), streamInfo()).isAllowed, false);
  equal(engine('action: DENY').evaluate(requestHeaders('/'), streamInfo()).isAllowed, true);
  const logging = engine('action: LOG').evaluate(requestHeaders('/'), streamInfo());
  deepEqual([logging.isAllowed, logging.shouldLog], [true, false]);
});

test('addresses are those of the connection, the socket and the trusted client', () => {
  const info = {
    connection: connectionInfo({
      localAddress: address('192.0.2.1', 443),
      remoteAddress: address('::ffff:10.0.0.1', 1),
      directRemoteAddress: address('10.9.9.9', 1),
    }),
    remoteAddress: address('2001:db8::1', 1),
  };
  equal(permits('{ destination_ip: { address_prefix: 192.0.2.0, prefix_len: 24 } }', info), true);
  equal(permits('{ destination_port_range: { start: 443, end: 444 } }', info), true);
  equal(permits('{ destination_port_range: { start: 1, end: 443 } }', info), false);
  equal(identifies('{ source_ip: { address_prefix: 10.0.0.1, prefix_len: 32 } }', info), true);
  equal(identifies('{ direct_remote_ip: { address_prefix: 10.0.0.1, prefix_len: 32 } }', info), false);
  equal(identifies('{ remote_ip: { address_prefix: "2001:db8::", prefix_len: 32 } }', info), true);
  equal(
    permits('{ destination_ip: { address_prefix: 0.0.0.0 } }', {
      connection: connectionInfo({
        localAddress: { ip: '/run/x.sock', port: 0, text: '/run/x.sock', isIp: false },
      }),
    }),
    false,
  );
});

test('paths are compared without query and fragment', () => {
  equal(permits('{ url_path: { path: { exact: /a } } }', {}, '/a?x#y'), true);
  equal(permits('{ url_path: { path: { exact: /a } } }', {}, '/a#y?x'), true);
});

test('filter state is compared as text or as an address', () => {
  const filterState = new Map<string, unknown>([
    ['who', 'me'],
    ['where', '10.1.2.3'],
  ]);
  equal(identifies('{ filter_state: { key: who, string_match: { exact: me } } }', { filterState }), true);
  equal(identifies('{ filter_state: { key: absent, string_match: { exact: me } } }', { filterState }), false);
  const ranges = 'ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }]';
  equal(identifies(`{ filter_state: { key: where, address_match: { ${ranges} } } }`, { filterState }), true);
  equal(
    identifies(`{ filter_state: { key: where, address_match: { ${ranges}, invert_match: true } } }`, {
      filterState,
    }),
    false,
  );
  equal(identifies(`{ filter_state: { key: who, address_match: { ${ranges} } } }`, { filterState }), false);
});

test('what cannot be decided is refused by name', () => {
  const condition =
    'policies: { p: { permissions: [{ any: true }], principals: [{ any: true }], condition: {} } }';
  deepEqual(readText(type, condition, parseRbacRules).unsupported, ['policies["p"].condition']);
  const port =
    'policies: { p: { permissions: [{ destination_port_range: { start: 5, end: 5 } }], principals: [{ any: true }] } }';
  equal(readText(type, port, parseRbacRules).problems.length, 1);
});
