import { equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Host } from '../../../../src/api/upstream.js';
import { leastRequest } from '../../../../src/extensions/load-balancers/least-request/least-request.js';
import { balancedCluster, plainPolicy } from '../../../support/balanced-cluster.js';
import { FakeHost, hostsOf } from '../../upstream/fake-host.js';
import { expectShares, pickMany } from './picks.js';

const plain = { ...plainPolicy, choiceCount: 2, bias: 1, biasKey: '', isFullScan: false };

describe('least request', () => {
  test('idle hosts share equally', () => {
    const hosts = hostsOf({ healthy: 10 });
    const picks = pickMany(leastRequest.build({ ...plain }, balancedCluster())(hosts), 20_000);
    expectShares(picks, new Map(hosts.map((host) => [host, 0.1])));
  });

  test('of two draws the one with fewer requests wins', () => {
    const hosts = hostsOf({ healthy: 4 });
    for (const [active, host] of hosts.entries()) host.activeRequests = active;
    const picks = pickMany(
      leastRequest.build({ ...plain, choiceCount: 2, bias: 1 }, balancedCluster())(hosts),
      16_000,
    );
    const shares = [7 / 16, 5 / 16, 3 / 16, 1 / 16];
    expectShares(picks, new Map(hosts.map((host, i): [Host, number] => [host, shares[i] ?? 0])));
  });

  test('more choices find the least busy host more often', () => {
    const hosts = hostsOf({ healthy: 4 });
    for (const host of hosts.slice(1)) host.activeRequests = 1;
    const picks = pickMany(
      leastRequest.build({ ...plain, choiceCount: 5 }, balancedCluster())(hosts),
      16_000,
    );
    const share = picks.filter((host) => host === hosts[0]).length / picks.length;
    ok(Math.abs(share - (1 - 0.75 ** 5)) < 0.015, `${share}`);
  });

  test('the first of equals that was drawn wins', () => {
    const draws = [2, 1];
    const random = { u32: () => 0, below: () => draws.shift() ?? 0, uuid: () => '' };
    const hosts = hostsOf({ healthy: 3 });
    equal(pickMany(leastRequest.build({ ...plain }, balancedCluster({ random }))(hosts), 1)[0], hosts[2]);
  });

  test('a full scan always finds the least busy, and shares ties equally', () => {
    const hosts = hostsOf({ healthy: 6 });
    for (const host of hosts.slice(3)) host.activeRequests = 1;
    const picks = pickMany(
      leastRequest.build({ ...plain, isFullScan: true }, balancedCluster())(hosts),
      9000,
    );
    ok(picks.every((host) => host.activeRequests === 0));
    expectShares(picks, new Map(hosts.slice(0, 3).map((host) => [host, 1 / 3])));
  });

  test('unequal weights share by weight while all are idle', () => {
    const hosts = [1, 2, 5].map((weight, slot) => new FakeHost(slot, { weight }));
    const picks = pickMany(leastRequest.build({ ...plain }, balancedCluster())(hosts), 8000);
    expectShares(picks, new Map(hosts.map((host) => [host, host.weight / 8])));
  });

  test('with unequal weights a busy host counts for less', () => {
    const hosts = [2, 1].map((weight, slot) => new FakeHost(slot, { weight }));
    const [busy] = hosts;
    if (busy !== undefined) busy.activeRequests = 3;
    const picks = pickMany(leastRequest.build({ ...plain }, balancedCluster())(hosts), 6000);
    expectShares(picks, new Map(hosts.map((host, i): [Host, number] => [host, i === 0 ? 1 / 3 : 2 / 3])));
  });

  test('a bias of 0 from runtime leaves the weights alone', () => {
    const hosts = [2, 1].map((weight, slot) => new FakeHost(slot, { weight }));
    const [busy] = hosts;
    if (busy !== undefined) busy.activeRequests = 100;
    const cluster = balancedCluster({ runtime: { 'lb.bias': 0 } });
    const picks = pickMany(
      leastRequest.build({ ...plain, bias: 1, biasKey: 'lb.bias' }, cluster)(hosts),
      6000,
    );
    expectShares(picks, new Map(hosts.map((host, i): [Host, number] => [host, i === 0 ? 2 / 3 : 1 / 3])));
  });
});
