import { deepEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostHealth } from '../../../src/api/upstream.js';
import { LiveHost } from '../../../src/upstream/host.js';
import { outlierReporter } from '../../../src/upstream/outlier-reporter.js';
import { HostTable } from '../../../src/upstream/shared-words.js';
import { outlier } from './cluster-configs.js';
import { fakeRuntime } from './fake-scope.js';

describe('errors in a row', () => {
  function counting(splitsOrigins: boolean, runtime: { readonly [key: string]: number } = {}) {
    const reports: string[] = [];
    const buffer = HostTable.allocate(1, 3);
    const config = outlier({
      consecutive5xx: 3,
      consecutiveGateway: 3,
      consecutiveLocal: 2,
      splitsOrigins,
      detectsDegraded: true,
    });
    const reporter = outlierReporter(config, fakeRuntime(runtime), (_, kind) => void reports.push(kind));
    const record = {
      ...{ slot: 0, ip: '10.0.0.1', port: 80, hostname: '', weight: 1, priority: 0, localityWeight: 0 },
      ...{ locality: { region: '', zone: '', subZone: '' }, metadata: null, healthCheck: null },
    };
    const address = { ip: '10.0.0.1', port: 80, text: '10.0.0.1:80', isIp: true };
    const hostOf = (thread: number): LiveHost =>
      new LiveHost(record, address, new HostTable(buffer, 1, 3, thread), 0, reporter);
    return { reports, first: hostOf(1), second: hostOf(2), table: new HostTable(buffer, 1, 3, 0) };
  }

  test('count over all threads', () => {
    const { reports, first, second } = counting(false);
    first.reportStatus(500);
    second.reportStatus(500);
    first.reportStatus(500);
    deepEqual(reports, ['consecutive-5xx']);
  });

  test('end with an answer in any thread', () => {
    const { reports, first, second } = counting(false);
    first.reportStatus(503);
    first.reportStatus(503);
    second.reportStatus(200);
    first.reportStatus(503);
    deepEqual(reports, []);
  });

  test('of our own side count as answers, or apart where origins are split', () => {
    const joined = counting(false);
    for (let i = 0; i < 3; i++) joined.first.reportLocalFailure('connect');
    deepEqual(joined.reports, ['consecutive-gateway', 'consecutive-5xx']);
    const split = counting(true);
    split.first.reportLocalFailure('connect');
    split.first.reportConnected();
    split.first.reportLocalFailure('connect');
    deepEqual(split.reports, []);
    split.second.reportLocalFailure('timeout');
    deepEqual(split.reports, ['consecutive-local']);
  });

  test('are limited by runtime before the configuration', () => {
    const { reports, first } = counting(false, { 'outlier_detection.consecutive_5xx': 2 });
    first.reportStatus(500);
    first.reportStatus(500);
    deepEqual(reports, ['consecutive-5xx']);
  });

  test('are forgotten when main says so', () => {
    const { reports, first, table } = counting(false);
    first.reportStatus(503);
    first.reportStatus(503);
    table.endRuns(0);
    first.reportStatus(503);
    deepEqual(reports, []);
  });

  test('end with a connection that stands, where nothing else is known', () => {
    const joined = counting(false);
    joined.first.reportLocalFailure('connect');
    joined.first.reportLocalFailure('connect');
    joined.first.reportReached();
    joined.first.reportLocalFailure('connect');
    deepEqual(joined.reports, []);
    const split = counting(true);
    split.first.reportLocalFailure('connect');
    split.first.reportReached();
    split.first.reportLocalFailure('connect');
    deepEqual(split.reports, []);
  });

  test('count by the rules of the cluster, as 500 or, where origins are split, 503', () => {
    const joined = counting(false);
    for (let i = 0; i < 3; i++) joined.first.reportJudged(true);
    deepEqual(joined.reports, ['consecutive-5xx']);
    const split = counting(true);
    for (let i = 0; i < 3; i++) split.first.reportJudged(true);
    deepEqual(split.reports, ['consecutive-gateway', 'consecutive-5xx']);
    split.first.reportLocalFailure('connect');
    split.first.reportJudged(false);
    split.first.reportLocalFailure('connect');
    deepEqual(split.reports.length, 2);
  });

  test('a host that calls itself degraded is reported until it is marked', () => {
    const { reports, first, second, table } = counting(false);
    first.reportDegraded();
    table.setHealth(0, HostHealth.degradedOutlierDetection);
    second.reportDegraded();
    deepEqual(reports, ['degraded']);
  });
});
