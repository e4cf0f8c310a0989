import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { cpuTime, parseStat, processTree, residentBytes } from '../../../../bench/process/process-tree.js';

test('a command with spaces and parentheses does not shift the fields of a stat line', () => {
  const tail = 'S 7 1 1 0 -1 4194304 900 0 0 0 12 34 0 0 20 0 9 0 555 1000000 321 18446744073709551615';
  deepEqual(parseStat(`42 (tmux: (server) x) ${tail}`), {
    pid: 42,
    parent: 7,
    userTicks: 12,
    systemTicks: 34,
    residentPages: 321,
  });
});

test('a line that is no stat line is not one', () => {
  equal(parseStat('nonsense'), undefined);
});

const isLinux = process.platform === 'linux';

test('a process tree holds the children of children', { skip: !isLinux }, async (t) => {
  const shell = spawn('sh', ['-c', 'cat; true'], { stdio: ['pipe', 'ignore', 'ignore'] });
  t.after(() => shell.kill('SIGKILL'));
  await once(shell, 'spawn');
  const pid = shell.pid ?? 0;
  const tree = await untilTree(pid, 2);
  equal(tree[0]?.pid, pid);
  equal(tree[1]?.parent, pid);
  shell.stdin.end();
});

test('this process has used CPU and memory', { skip: !isLinux }, () => {
  const { userMicros, systemMicros } = cpuTime(process.pid);
  ok(userMicros + systemMicros > 0);
  ok(residentBytes(process.pid) > 2 ** 20);
});

/** Reads the tree again, turn by turn, until it has so many members. */
async function untilTree(pid: number, size: number) {
  for (;;) {
    const tree = processTree(pid);
    if (tree.length >= size) return tree;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
