import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadRules } from '../../../../src/api/load-report.js';
import { ResponseHeaders } from '../../../../src/base/header-map.js';
import { loadWeight } from '../../../../src/upstream/load-report/load-weight.js';
import { parseLoadReport } from '../../../../src/upstream/load-report/parse-load-report.js';

const rules: LoadRules = { metricNames: [], errorPenalty: 0, blackoutMs: 0, expirationMs: 0, updateMs: 0 };

function weightOf(text: string, changes: Partial<LoadRules> = {}): number {
  const headers = new ResponseHeaders(200);
  headers.add('endpoint-load-metrics', `TEXT ${text}`);
  const report = parseLoadReport(headers);
  if (report === null) throw new Error(`no report: ${text}`);
  return loadWeight(report, { ...rules, ...changes });
}

test('a host weighs what it could carry: its rate over its utilization', () => {
  equal(weightOf('rps_fractional=100,cpu_utilization=0.5'), 200);
  equal(weightOf('rps_fractional=1,cpu_utilization=900'), 1);
  equal(weightOf('rps_fractional=1e30,cpu_utilization=1'), 0xffff_ffff);
});

test('without a rate or a utilization a report says nothing', () => {
  equal(weightOf('cpu_utilization=0.5'), 0);
  equal(weightOf('rps_fractional=100'), 0);
  equal(weightOf('rps_fractional=100,cpu_utilization=-1'), 0);
});

test('metrics by name come first, then what the application says, then the CPU', () => {
  const text =
    'rps_fractional=100,cpu_utilization=0.5,application_utilization=0.25,named_metrics.a=0.1,utilization.b=0.2';
  equal(weightOf(text), 400);
  equal(weightOf(text, { metricNames: ['named_metrics.a'] }), 1000);
  equal(weightOf(text, { metricNames: ['named_metrics.a', 'utilization.*'] }), 500);
  equal(weightOf(text, { metricNames: ['named_metrics.c', 'nonsense', 'nonsense.a'] }), 400);
});

test('errors add to utilization', () => {
  const text = 'rps_fractional=100,cpu_utilization=0.5,eps=10';
  deepEqual([weightOf(text), weightOf(text, { errorPenalty: 5 })], [200, 100]);
});
