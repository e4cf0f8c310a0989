import { deepEqual, equal } from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { HostHealth } from '../../../../src/api/upstream.js';
import type { AssignedHosts, EndpointConfig } from '../../../../src/upstream/endpoints-config.js';
import type { AssignmentAnswer } from '../../../../src/upstream/membership/assignments.js';
import { ClusterRegistry } from '../../../../src/upstream/membership/registry.js';
import { eventually } from '../../../support/eventually.js';
import { cluster, endpoint } from '../cluster-configs.js';
import { settled } from '../fake-resolver.js';
import { FakeMain } from '../member-support.js';

function assigned(
  endpoints: readonly EndpointConfig[],
  changes: Partial<AssignedHosts> = {},
): AssignmentAnswer {
  const assignment = {
    assignment: 'c',
    endpoints,
    overprovisioningFactor: 140,
    weightedPriorityHealth: false,
    dropMillionths: 0,
    dropCategory: '',
    staleAfterMs: 0,
    ...changes,
  };
  return { kind: 'read', version: '1', assignments: [assignment], notices: [] };
}

/** A cluster whose file says these things one after the other, as often as something is moved into its place. */
async function discovering(t: TestContext, answers: readonly AssignmentAnswer[], changes = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'eds-'));
  const path = join(directory, 'eds.json');
  writeFileSync(path, '');
  const main = new FakeMain();
  main.answers.push(...answers);
  const registry = new ClusterRegistry(main);
  t.after(() => {
    registry.close();
    rmSync(directory, { recursive: true });
  });
  const eds = { serviceName: '', path, watchedDirectory: '', rest: null, initialFetchMs: 0 };
  const config = cluster({ type: 'EDS', eds, ...changes });
  const live = registry.add(config, main.onReady(config));
  await settled();
  const move = async (): Promise<void> => {
    const attempts = main.stat('update_attempt');
    writeFileSync(join(directory, 'next'), '');
    renameSync(join(directory, 'next'), path);
    await eventually(() => main.stat('update_attempt') > attempts);
    await settled();
  };
  return { main, live, move };
}

const a = endpoint('10.0.0.1', 80);
const b = endpoint('10.0.0.2', 80);

describe('EDS from a file', () => {
  test('hosts are those of the assignment, an address once', async (t) => {
    const { main } = await discovering(t, [assigned([a, b, { ...a, weight: 9 }])]);
    deepEqual([main.hosts(), main.ready], [['10.0.0.1:80', '10.0.0.2:80'], ['c']]);
    deepEqual([main.stat('membership_change'), main.stat('update_success')], [1, 1]);
  });

  test('a file that is moved into place is read again, and hosts that stay keep their slots', async (t) => {
    const c = endpoint('10.0.0.3', 80);
    const { main, live, move } = await discovering(t, [assigned([a, b]), assigned([b, c])]);
    const [, kept] = live.members();
    await move();
    deepEqual(main.hosts(), ['10.0.0.2:80', '10.0.0.3:80']);
    equal([...live.members()][0] === kept, true);
    equal(main.stat('membership_change'), 2);
  });

  test('a host of another name or locality is another host, and keeps what health checks know', async (t) => {
    const renamed = { ...a, hostname: 'other' };
    const { main, live, move } = await discovering(t, [assigned([a, b]), assigned([renamed, b])]);
    const [first, second] = live.members();
    await move();
    const now = [...live.members()];
    deepEqual([now[0] === first, now[1] === second], [false, true]);
    equal(main.stat('membership_change'), 2);
  });

  test('drops that change alone are announced, which is no update of the cluster', async (t) => {
    const { main, move } = await discovering(t, [assigned([a]), assigned([a], { dropMillionths: 1 })]);
    await move();
    equal(main.published.at(-1)?.policy.dropMillionths, 1);
    deepEqual([main.stat('update_no_rebuild'), main.stats.get('cluster_manager.cluster_updated')], [1, 0]);
  });

  test('weights and health that change are told without a change of membership', async (t) => {
    const heavy = { ...b, weight: 7, healthStatus: 'DRAINING' };
    const { main, live, move } = await discovering(t, [assigned([a, b]), assigned([a, heavy])]);
    await move();
    equal(main.published.at(-1)?.hosts[1]?.weight, 7);
    equal([...live.members()][1]?.health, HostHealth.edsStatusDraining);
    deepEqual([main.stat('membership_change'), main.stat('update_no_rebuild')], [1, 0]);
  });

  test('the same again rebuilds nothing, and each level that changes counts', async (t) => {
    const lower = assigned([{ ...a, priority: 1 }]);
    const { main, move } = await discovering(t, [assigned([a]), assigned([a]), lower]);
    await move();
    deepEqual([main.stat('update_no_rebuild'), main.stat('membership_change')], [1, 1]);
    await move();
    equal(main.stat('membership_change'), 3);
  });

  test('what cannot be read, is refused or is about another cluster keeps the hosts', async (t) => {
    const { main, move } = await discovering(t, [
      assigned([a]),
      { kind: 'unreadable', error: 'no' },
      { kind: 'refused', error: 'no' },
      assigned([b], { assignment: 'other' }),
      { kind: 'read', version: '2', assignments: [], notices: [] },
    ]);
    for (let i = 0; i < 4; i++) await move();
    deepEqual(main.hosts(), ['10.0.0.1:80']);
    deepEqual(
      ['update_failure', 'update_rejected', 'update_empty', 'update_success'].map((name) => main.stat(name)),
      [1, 2, 1, 2],
    );
  });

  test('a first answer that is none still lets the cluster start', async (t) => {
    const { main } = await discovering(t, []);
    deepEqual([main.hosts(), main.ready], [[], ['c']]);
  });

  test('endpoints go stale when nothing newer comes in time', async (t) => {
    const { main } = await discovering(t, [assigned([a], { staleAfterMs: 1000 })]);
    main.time.advance(1010);
    deepEqual([main.hosts(), main.stat('assignment_stale')], [[], 1]);
  });

  test('the policy of the assignment reaches the threads', async (t) => {
    const policy = {
      overprovisioningFactor: 200,
      weightedPriorityHealth: true,
      dropMillionths: 9,
      dropCategory: 'x',
    };
    const { main, move } = await discovering(t, [assigned([a]), assigned([a], policy)]);
    await move();
    deepEqual(main.published.at(-1)?.policy, policy);
  });

  test('what a file says in vain is told once, however often it is read', async (t) => {
    const notices = ['eds.yaml:3:5: resources[0].endpoints[0].proximity: not supported'];
    const answer: AssignmentAnswer = { kind: 'read', version: '1', assignments: [], notices };
    const { main, move } = await discovering(t, [answer, answer]);
    await move();
    deepEqual(main.warnings, notices);
  });
});
