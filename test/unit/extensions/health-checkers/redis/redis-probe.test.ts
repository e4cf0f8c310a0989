import { deepEqual } from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { redisHealthChecker } from '../../../../../src/extensions/health-checkers/redis/redis.js';
import { checksOf, listening } from '../../../upstream/health/probe-support.js';

/** Checks of a host that answers each command so. */
async function probing(t: TestContext, key: string, reply: string, keepsConnection = true) {
  const commands: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      commands.push(data.toString());
      if (reply === '') socket.destroy();
      else socket.write(reply);
    });
  });
  const extension = { name: '', typeUrl: redisHealthChecker.typeUrl, config: { key } };
  const settings = { keepsConnection };
  const { check } = checksOf(t, await listening(t, server), { kind: 'custom', extension }, settings);
  const verdicts = [(await check()).verdict, (await check()).verdict];
  return { verdicts, commands, connections };
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
  });

  test('a connection that breaks, or that speaks something else, is a network failure', async (t) => {
    deepEqual((await probing(t, '', '')).verdicts, ['network', 'network']);
    deepEqual((await probing(t, '', 'HTTP/1.1 400\r\n')).verdicts, ['network', 'network']);
  });

  test('a connection is not kept when it must not be', async (t) => {
    deepEqual((await probing(t, '', '+PONG\r\n', false)).connections, 2);
  });
});
