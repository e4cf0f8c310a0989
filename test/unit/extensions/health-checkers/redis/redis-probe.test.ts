import { deepEqual } from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { redisHealthChecker } from '../../../../../src/extensions/health-checkers/redis/redis.js';
import { C } from '../../../../../src/upstream/cluster-stats.js';
import { type CheckSettings, checksOf, listening } from '../../../upstream/health/probe-support.js';

/** Checks of a host that answers each command so. */
async function probing(t: TestContext, key: string, reply: string, settings: CheckSettings = {}) {
  const commands: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const said = data.toString().split(/(?=\*)/);
      commands.push(...said);
      if (reply === '') socket.destroy();
      else socket.write(reply.repeat(said.length));
    });
  });
  const extension = { name: '', typeUrl: redisHealthChecker.typeUrl, config: { key, iam: null } };
  const { check, main } = checksOf(t, await listening(t, server), { kind: 'custom', extension }, settings);
  const verdicts = [(await check()).verdict, (await check()).verdict];
  return { verdicts, commands, connections, stats: main.stats.bind('cluster.web', C) };
}

describe('Redis health probe', () => {
  test('a ping wants its pong, over one connection', async (t) => {
    const { verdicts, commands, connections } = await probing(t, '', '+PONG\r\n');
    deepEqual([verdicts, connections], [['passed', 'passed'], 1]);
    deepEqual(commands, ['*1\r\n$4\r\nPING\r\n', '*1\r\n$4\r\nPING\r\n']);
  });

  test('a key must not be there', async (t) => {
    const absent = await probing(t, 'maintenance', ':0\r\n');
    deepEqual(absent.verdicts, ['passed', 'passed']);
    deepEqual(absent.commands[0], '*2\r\n$6\r\nEXISTS\r\n$11\r\nmaintenance\r\n');
    deepEqual((await probing(t, 'maintenance', ':1\r\n')).verdicts, ['failed', 'failed']);
  });

  test('errors fail the host, redirections do not', async (t) => {
    deepEqual((await probing(t, '', '-LOADING\r\n')).verdicts, ['failed', 'failed']);
    deepEqual((await probing(t, 'k', '-MOVED 1 127.0.0.1:2\r\n')).verdicts, ['passed', 'passed']);
    // A line of words is a value, as hosts may be asked that way.
    deepEqual((await probing(t, '', 'HTTP/1.1 400\r\n')).verdicts, ['failed', 'failed']);
  });

  test('a connection that breaks, or that speaks something else, is a network failure', async (t) => {
    deepEqual((await probing(t, '', '')).verdicts, ['network', 'network']);
    deepEqual((await probing(t, '', '@HTTP/1.1 400\r\n')).verdicts, ['network', 'network']);
  });

  test('a connection is not kept when it must not be', async (t) => {
    const { connections, stats } = await probing(t, '', '+PONG\r\n', { keepsConnection: false });
    deepEqual([connections, stats.value(C.upstream_cx_destroy_local)], [2, 2]);
  });

  test('the proxy says who it is, and what it asks counts for the cluster', async (t) => {
    const redis = {
      credentials: { username: 'me', password: 'x' },
      credentialsOf: {},
      iam: null,
      hasSlots: false,
    };
    const { commands, stats } = await probing(t, '', '+PONG\r\n', { config: { redis } });
    const ping = '*1\r\n$4\r\nPING\r\n';
    deepEqual(commands, ['*3\r\n$4\r\nauth\r\n$2\r\nme\r\n$1\r\nx\r\n', ping, ping]);
    const counted = [C.upstream_cx_total, C.upstream_cx_active, C.upstream_rq_total, C.upstream_rq_active];
    deepEqual(
      counted.map((slot) => stats.value(slot)),
      [1, 1, 3, 0],
    );
  });

  test('a connection that breaks while it is asked is counted so', async (t) => {
    const { stats } = await probing(t, '', '');
    deepEqual(stats.value(C.upstream_cx_destroy_remote_with_active_rq), 2);
  });
});
