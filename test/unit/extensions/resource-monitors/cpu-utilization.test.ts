import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  CpuUtilization,
  readCpuTimes,
} from '../../../../src/extensions/resource-monitors/cpu-utilization.js';

test('work is what users, nice ones and the system had', () => {
  deepEqual(readCpuTimes('cpu  1 2 3 4 5 6 7\ncpu0 1 1 1 1\n'), { work: 6, total: 28 });
  equal(readCpuTimes('intr 1 2 3 4\n'), null);
});

test('a sample counts for a twentieth, and none is made of nonsense', () => {
  const texts = ['cpu 0 0 0 100\n', 'cpu 50 0 0 150\n', 'cpu 50 0 0 250\n', 'nothing'];
  const monitor = new CpuUtilization(() => texts.shift() ?? '');
  deepEqual([monitor.pressure(), monitor.pressure(), monitor.pressure()], [0.025, 0.02375, null]);
});
