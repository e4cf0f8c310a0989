import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { ToMain } from '../../../src/api/messages.js';
import { WorkerLog } from '../../../workers/worker-log.js';

/** Levels of the lines that reach main when one of each level is written. */
function reaching(log: WorkerLog, posted: ToMain[]): readonly string[] {
  posted.length = 0;
  for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) log[level](level);
  return posted.map((message) => (message.kind === 'log' ? message.level : message.kind));
}

test('lines below the level stay in the worker, and the level can change', () => {
  const posted: ToMain[] = [];
  const log = new WorkerLog((message) => posted.push(message), 'info');
  deepEqual(reaching(log, posted), ['info', 'warning', 'error']);
  log.setLevel('trace');
  deepEqual(reaching(log, posted), ['trace', 'debug', 'info', 'warning', 'error']);
  log.setLevel('warn');
  deepEqual(reaching(log, posted), ['warning', 'error']);
  log.setLevel('off');
  deepEqual(reaching(log, posted), []);
});
