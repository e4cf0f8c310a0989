import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { isLocalPeer } from '../../../src/match/local-peer.js';
import { internalClient, ipAddress, pipeAddress } from '../../../src/network/address.js';
import { streamInfo } from '../../support/stream-info.js';

test('a peer is local by a Unix socket, by the loopback address alone, or where it talks to itself', () => {
  const { connection } = streamInfo();
  const here = ipAddress('10.0.0.2', 80);
  for (const [remoteAddress, isLocal] of [
    [pipeAddress('/run/a.sock'), true],
    [internalClient, false],
    [ipAddress('127.0.0.1', 1), true],
    [ipAddress('127.0.0.2', 1), false],
    [ipAddress('::1', 1), true],
    [ipAddress('10.0.0.2', 1), true],
    [ipAddress('10.0.0.3', 1), false],
  ] as const)
    equal(isLocalPeer({ ...connection, remoteAddress, localAddress: here }), isLocal, remoteAddress.text);
});
