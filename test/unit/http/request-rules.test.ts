import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestHeaders } from '../../../src/base/header-map.js';
import { type RequestOrigin, RequestRules } from '../../../src/http/request-rules.js';
import { logScope } from '../../support/log-scope.js';
import { address, connectionInfo, streamInfo } from '../../support/stream-info.js';
import { managerSettings } from './manager-settings.js';

type Pairs = readonly (readonly [name: string, value: string])[];

interface Ruled {
  readonly headers: RequestHeaders;
  readonly origin: RequestOrigin;
}

function ruled(
  yaml: string,
  pairs: Pairs = [],
  { peer = '203.0.113.9', isUpgrade = false, listed = [] as string[] } = {},
): Ruled {
  const { scope } = logScope();
  const rules = new RequestRules(managerSettings(yaml), scope, listed);
  const headers = new RequestHeaders();
  for (const [name, value] of pairs) headers.add(name, value);
  const remoteAddress = address(peer, 4000);
  const origin: RequestOrigin = { remoteAddress, isInternal: false, rejectStatus: 0 };
  rules.apply(headers, connectionInfo({ remoteAddress }), isUpgrade, origin, streamInfo());
  return { headers, origin };
}

function listOf({ headers }: Ruled): string[] {
  return headers.names.map((name, i) => `${name}: ${headers.values[i]}`);
}

const bare = 'generate_request_id: false';
const edge = `${bare}\nuse_remote_address: true`;
const internal = `${edge}\ninternal_address_config: { cidr_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }] }`;

test('a request that says nothing gets its protocol, and an id', () => {
  const { headers } = ruled('');
  deepEqual(headers.names, ['x-forwarded-proto', 'x-request-id']);
  equal(headers.scheme, 'http');
});

test('hop-by-hop fields end here', () => {
  const pairs: Pairs = [
    ['connection', 'keep-alive'],
    ['keep-alive', 'timeout=5'],
    ['proxy-connection', 'x'],
    ['upgrade', 'x'],
    ['transfer-encoding', 'chunked'],
    ['accept', '*/*'],
  ];
  deepEqual(listOf(ruled(bare, pairs)), ['accept: */*', 'x-forwarded-proto: http']);
});

test('an upgrade keeps its connection and upgrade fields', () => {
  const pairs: Pairs = [
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
  ];
  const names = ruled(bare, pairs, { isUpgrade: true }).headers.names;
  deepEqual(names, ['connection', 'upgrade', 'x-forwarded-proto']);
});

test('te is reduced to the bare token trailers, at its place', () => {
  const te = (value: string) =>
    listOf(
      ruled(bare, [
        ['te', value],
        ['a', 'b'],
      ]),
    ).slice(0, -1);
  deepEqual(te('trailers'), ['te: trailers', 'a: b']);
  deepEqual(te('gzip, Trailers'), ['te: trailers', 'a: b']);
  deepEqual(te('trailers;q=0.5'), ['a: b']);
  deepEqual(te('gzip'), ['a: b']);
});

test('at the edge the peer is appended to x-forwarded-for and is the client', () => {
  const it = ruled(edge, [
    ['x-forwarded-for', '1.1.1.1'],
    ['x-forwarded-proto', 'https'],
  ]);
  equal(it.headers.get('x-forwarded-for'), '1.1.1.1,203.0.113.9');
  equal(it.headers.get('x-forwarded-proto'), 'http');
  equal(it.headers.get('x-envoy-external-address'), '203.0.113.9');
  equal(it.origin.remoteAddress.ip, '203.0.113.9');
});

test('every x-forwarded-for field counts, as one', () => {
  const it = ruled(bare, [
    ['x-forwarded-for', '1.1.1.1'],
    ['x-forwarded-for', '2.2.2.2'],
  ]);
  deepEqual(it.headers.getAll('x-forwarded-for'), ['1.1.1.1,2.2.2.2']);
  equal(it.origin.remoteAddress.ip, '2.2.2.2');
});

test('behind trusted proxies the client is found from the right', () => {
  const pairs: Pairs = [['x-forwarded-for', '1.1.1.1, 2.2.2.2, 3.3.3.3']];
  equal(ruled(`${edge}\nxff_num_trusted_hops: 2`, pairs).origin.remoteAddress.ip, '2.2.2.2');
  equal(ruled(`${bare}\nxff_num_trusted_hops: 1`, pairs).origin.remoteAddress.ip, '2.2.2.2');
  equal(ruled(bare, [['x-forwarded-for', 'nobody']]).origin.remoteAddress.ip, '203.0.113.9');
});

test('a peer inside the internal ranges is internal only when nobody stood before it', () => {
  equal(ruled(internal, [], { peer: '10.1.2.3' }).headers.get('x-envoy-internal'), 'true');
  const forwarded = ruled(
    internal,
    [
      ['x-forwarded-for', '10.1.2.3'],
      ['x-envoy-internal', 'true'],
    ],
    { peer: '10.1.2.3' },
  );
  equal(forwarded.headers.has('x-envoy-internal'), false);
});

test('requests from outside may not steer retries and timeouts', () => {
  const pairs: Pairs = [
    ['x-envoy-retry-on', '5xx'],
    ['x-envoy-upstream-rq-timeout-ms', '1'],
    ['x-envoy-original-path', '/x'],
    ['x-envoy-other', 'y'],
    ['x-secret', 'z'],
  ];
  const names = (yaml: string, peer: string) =>
    ruled(yaml, pairs, { peer, listed: ['x-secret'] }).headers.names.filter((name) =>
      pairs.some(([n]) => n === name),
    );
  deepEqual(names(edge, '203.0.113.9'), ['x-envoy-other']);
  deepEqual(names(bare, '203.0.113.9'), ['x-envoy-original-path', 'x-envoy-other']);
  deepEqual(
    names(internal, '10.0.0.5'),
    pairs.map(([name]) => name),
  );
});

test('an id of the client is kept inside, replaced at the edge, kept at the edge on demand', () => {
  const pairs: Pairs = [['x-request-id', 'mine']];
  equal(ruled('', pairs).headers.get('x-request-id'), 'mine');
  equal(ruled('use_remote_address: true', pairs).headers.get('x-request-id') === 'mine', false);
  const kept = ruled('use_remote_address: true\npreserve_external_request_id: true', pairs);
  equal(kept.headers.get('x-request-id'), 'mine');
});

test('what a client says of certificates is dropped unless the configuration trusts it', () => {
  const pairs: Pairs = [['x-forwarded-client-cert', 'By=x']];
  equal(ruled(bare, pairs).headers.has('x-forwarded-client-cert'), false);
  const trusting = `${bare}\nforward_client_cert_details: ALWAYS_FORWARD_ONLY`;
  equal(ruled(trusting, pairs).headers.get('x-forwarded-client-cert'), 'By=x');
});

test('a referer that leaks or is none is dropped', () => {
  const referer = (value: string) => ruled(bare, [['referer', value]]).headers.get('referer');
  equal(referer('http://a.com/x?y'), 'http://a.com/x?y');
  equal(referer('/x'), '/x');
  equal(referer('http://a.com/x#y'), undefined);
  equal(referer('http://me:pw@a.com/'), undefined);
});
