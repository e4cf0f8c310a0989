import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResponseHeaders } from '../../../../src/base/header-map.js';
import type { AssignmentAnswer } from '../../../../src/upstream/membership/assignments.js';
import { ClusterRegistry } from '../../../../src/upstream/membership/registry.js';
import { cluster, endpoint } from '../cluster-configs.js';
import { settled } from '../fake-resolver.js';
import { FakeMain, type SentRequest } from '../member-support.js';

const read = (version: string, name: string, ...ips: readonly string[]): AssignmentAnswer => ({
  kind: 'read',
  version,
  assignments: [
    {
      assignment: name,
      endpoints: ips.map((ip) => endpoint(ip, 80)),
      overprovisioningFactor: 140,
      weightedPriorityHealth: false,
      dropMillionths: 0,
      dropCategory: '',
      staleAfterMs: 0,
    },
  ],
  notices: [],
});

/** A cluster that asks `asked` every second, and gives up its first answer after five. */
function asking() {
  const main = new FakeMain();
  const registry = new ClusterRegistry(main);
  const rest = { cluster: 'asked', refreshMs: 1000, timeoutMs: 300 };
  const eds = { serviceName: 'service', path: '', watchedDirectory: '', rest, initialFetchMs: 5000 };
  const config = cluster({ type: 'EDS', eds });
  registry.add(config, main.onReady(config));
  const last = (): SentRequest => {
    const sent = main.sent.at(-1);
    if (sent === undefined) throw new Error('nothing was sent');
    return sent;
  };
  const answer = async (status: number, ...answers: readonly AssignmentAnswer[]): Promise<void> => {
    main.answers.push(...answers);
    const headers = new ResponseHeaders();
    headers.status = status;
    last().callbacks.onResponse({ headers, body: Buffer.from('{}'), trailers: null });
    await settled();
  };
  const body = () => JSON.parse(Buffer.from(last().request.body ?? []).toString());
  return { main, registry, last, answer, body };
}

describe('EDS by REST', () => {
  test('the server is asked at once, by a request that says who asks and for what', () => {
    const { main, last, body } = asking();
    const { cluster: name, request } = last();
    const { headers } = request;
    deepEqual(
      [name, headers.method, headers.path, headers.authority],
      ['asked', 'POST', '/v3/discovery:endpoints', 'asked'],
    );
    deepEqual([body().node.id, body().resource_names, body().version_info], ['node', ['service'], undefined]);
    deepEqual([main.stat('update_attempt'), main.stat('warming_state'), main.ready], [1, 1, []]);
  });

  test('an answer makes the cluster ready, and the next question names its version', async () => {
    const { main, answer, body } = asking();
    await answer(200, read('7', 'service', '10.0.0.1'));
    deepEqual([main.hosts(), main.ready], [['10.0.0.1:80'], ['c']]);
    deepEqual([main.stat('warming_state'), main.readouts.get('cluster.c.version_text')], [0, '7']);
    equal(main.sent.length, 1);
    main.time.advance(2010);
    deepEqual([main.sent.length, body().version_info], [2, '7']);
  });

  test('failures are counted, and the cluster goes on waiting', async () => {
    const { main, answer, last } = asking();
    await answer(500);
    main.time.advance(2010);
    last().callbacks.onFailure('timeout');
    main.time.advance(2010);
    deepEqual([main.stat('update_failure'), main.sent.length, main.ready], [2, 3, []]);
  });

  test('an answer that is wrong is rejected, and the cluster waits no longer', async () => {
    const { main, answer } = asking();
    await answer(200, read('1', 'other', '10.0.0.1'));
    deepEqual([main.stat('update_rejected'), main.hosts(), main.ready], [1, [], ['c']]);
    main.time.advance(2010);
    await answer(200, { kind: 'unreadable', error: 'no JSON' });
    deepEqual([main.stat('update_rejected'), main.stat('update_failure')], [2, 0]);
  });

  test('304 says nothing', async () => {
    const { main, answer } = asking();
    await answer(304);
    main.time.advance(2010);
    deepEqual([main.sent.length, main.stat('update_success'), main.stat('update_failure')], [2, 0, 0]);
  });

  test('a first answer is waited for so long and no longer', () => {
    const { main } = asking();
    main.time.advance(5010);
    deepEqual([main.stat('init_fetch_timeout'), main.ready], [1, ['c']]);
  });

  test('a cluster that goes takes its question back', () => {
    const { main, registry, last } = asking();
    registry.close();
    equal(last().isCancelled, true);
    main.time.advance(60_000);
    equal(main.sent.length, 1);
  });
});
