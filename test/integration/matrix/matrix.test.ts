import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { opensslMissing } from '../../support/certificates.js';
import { type Cell, type Front, type Peer, type Scenario, scenarios, upstreams } from './cells.js';
import { startFront } from './front.js';
import { summary } from './origins.js';
import { curlPeers } from './peers/curl.js';
import { grpcPeers } from './peers/grpc-js.js';
import { nghttpPeers } from './peers/nghttp.js';
import { nodeHttpPeers } from './peers/node-http.js';
import { nodeHttp2Peers } from './peers/node-http2.js';
import { undiciPeers } from './peers/undici.js';
import { webSocketPeers } from './peers/ws.js';

/**
 * Every client at every listener it can speak to, before every kind of upstream. The long form has bodies of ten
 * megabytes, or of `MATRIX_MB`: `MATRIX_MB=10 node --test dist/test/integration/matrix/matrix.test.js`. With
 * `MATRIX_PROXY=envoy` the real Envoy takes the proxy's place, and a pattern in `MATRIX_CLIENTS` chooses clients.
 */
const megabytes = Number(process.env['MATRIX_MB'] ?? 1);
const wanted = new RegExp(process.env['MATRIX_CLIENTS'] ?? '');
const proxy = process.env['MATRIX_PROXY'] === 'envoy' ? 'envoy' : 'sluice';

/** Clients that do not speak what a listener does. */
const unspoken: readonly string[] = [
  'node:http at h2c: it speaks HTTP/1.1',
  'node:http2 at h1: it speaks HTTP/2',
  'grpc-js at h1: gRPC is HTTP/2',
  'nghttp at h1: it speaks HTTP/2',
  'ws at h2c: it upgrades HTTP/1.1',
];

/** How a scenario has to end. */
function expected(scenario: Scenario, peer: Peer, { body }: Front): string {
  const isGrpc = peer.client === 'grpc-js';
  const isNghttp = peer.client === 'nghttp';
  switch (scenario) {
    case 'GET':
      return '200 hello';
    case 'HEAD':
      return '200, length 5, 0 bytes';
    case 'upload':
      return isGrpc ? '0 and the message' : `200 ${summary(body)}`;
    case 'both ways at once':
      return isGrpc ? `${body.length} bytes, status 0` : summary(body);
    case 'trailers':
      return `trailed 7, sent ${peer.sendsTrailers === true ? 'yes' : 'none'}`;
    case '100-continue':
      return `100, 200 ${summary(isNghttp ? body : Buffer.from('body'))}`;
    case 'early answer':
      return isGrpc ? '8 early' : '413 early';
    case 'reset by the client':
      return isGrpc ? '1, the origin saw it' : 'the origin saw it';
    case 'reset before the answer':
      return isGrpc ? '14' : '503';
    case 'reset within the answer':
      return isGrpc ? 'cut off' : '200 and cut off';
    case 'WebSocket':
      return 'as expected';
    case 'CONNECT':
      return '200, then 200 hello';
  }
}

test(`clients, listeners and upstreams of all kinds, ${megabytes} MB`, {
  skip: opensslMissing() ?? false,
  timeout: 230_000,
}, async (t) => {
  const front = await startFront(t, megabytes * 1_000_000, proxy);
  const peers = [
    ...nodeHttpPeers,
    ...nodeHttp2Peers,
    ...undiciPeers,
    ...grpcPeers,
    ...webSocketPeers,
    ...curlPeers(),
    ...nghttpPeers(),
  ].filter(({ client }) => wanted.test(client));
  for (const reason of unspoken) t.diagnostic(`not played: ${reason}`);
  let played = 0;
  for (const peer of peers) {
    const name = `${peer.client} at ${peer.listener}`;
    await t.test(name, { skip: peer.missing }, async (t) => {
      for (const [scenario, reason] of Object.entries(peer.without)) t.diagnostic(`${scenario}: ${reason}`);
      const cells: Cell[] = upstreams.flatMap((upstream) =>
        scenarios.filter((it) => peer.without[it] === undefined).map((scenario) => ({ scenario, upstream })),
      );
      const outcomes = await peer.play(front, cells);
      for (const [i, { scenario, upstream }] of cells.entries()) {
        played++;
        await t.test(`${name} to ${upstream}: ${scenario}`, () =>
          equal(outcomes[i], expected(scenario, peer, front)),
        );
      }
    });
  }
  t.diagnostic(`${played} cells`);
  ok(played > 400 || wanted.source !== '(?:)', 'clients that come with the project play most cells');
});
