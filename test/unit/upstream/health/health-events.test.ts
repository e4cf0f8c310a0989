import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostHealth } from '../../../../src/api/upstream.js';
import type { HealthCheckConfig } from '../../../../src/upstream/health/config.js';
import { HealthChecker } from '../../../../src/upstream/health/health-checker.js';
import type { ProbeResult, ProbeVerdict } from '../../../../src/upstream/health/probe.js';
import { cluster, httpCheck } from '../cluster-configs.js';
import { FakeMain, loneMember } from '../member-support.js';

const fileSink = {
  name: 'f',
  typeUrl: 'envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink',
  config: { path: 'b.log' },
};

/** The events of a host that answers so, as `name:details`. */
function logged(
  changes: Partial<HealthCheckConfig>,
  ...answers: readonly (readonly [ProbeVerdict, number])[]
) {
  const main = new FakeMain();
  let tell: (result: ProbeResult) => void = () => undefined;
  const config = httpCheck({ eventLogPath: 'a.log', unhealthyThreshold: 2, ...changes });
  const checker = new HealthChecker(
    config,
    {
      config: cluster(),
      statRoot: 'cluster.c',
      hasTraffic: () => true,
      transportOf: () => null,
      onResult: () => undefined,
      probeFor: () => (onResult) => {
        tell = onResult;
        return { begin: () => undefined, abandon: () => undefined, close: () => undefined };
      },
    },
    main,
    null,
  );
  checker.add(loneMember(HostHealth.failedActiveHc));
  for (const [verdict, status] of answers) tell({ verdict, status, excludes: false });
  const lines = main.logs.get('a.log') ?? [];
  const events = lines.map((line) => {
    const fields = Object.entries(JSON.parse(line) as object);
    return fields
      .filter(([name]) => /(?:event|host)$/.test(name) && name !== 'host')
      .map(([name, value]) => `${name} ${Object.values(value as object).join()}`.trim())
      .join();
  });
  return { main, lines, events };
}

describe('events of health checks', () => {
  test('transitions are logged, and what the first check found', () => {
    const { events } = logged(
      {},
      ['failed', 500],
      ['passed', 200],
      ['passed', 200],
      ['passed', 200],
      ['network', 0],
      ['network', 0],
    );
    deepEqual(events, [
      'health_check_failure_event ACTIVE,true,500',
      'add_healthy_event false',
      'eject_unhealthy_event NETWORK,0',
    ]);
  });

  test('a first check that passes says so', () => {
    deepEqual(logged({}, ['passed', 200]).events, ['add_healthy_event true']);
  });

  test('degradation comes and goes', () => {
    const { events } = logged({}, ['degraded', 200], ['degraded', 200], ['passed', 200]);
    deepEqual(events, ['add_healthy_event true', 'degraded_healthy_host', 'no_longer_degraded_host']);
  });

  test('every failure and every success is logged where that is asked for', () => {
    const { events } = logged(
      { logsFailures: true, logsSuccesses: true },
      ['passed', 200],
      ['passed', 200],
      ['retriable', 503],
      ['failed', 500],
    );
    deepEqual(events, [
      'add_healthy_event true',
      'successful_health_check_event',
      'health_check_failure_event ACTIVE,false,503',
      'eject_unhealthy_event ACTIVE,500',
      'health_check_failure_event ACTIVE,false,500',
    ]);
  });

  test('a line prints every field of the address', () => {
    const { lines, main } = logged({ eventSinks: [fileSink] }, ['passed', 200]);
    equal(
      lines[0],
      '{"health_checker_type":"HTTP","host":{"socket_address":{"protocol":"TCP","address":"127.0.0.1","port_value":80,' +
        '"resolver_name":"","ipv4_compat":false,"network_namespace_filepath":""}},"cluster_name":"c",' +
        '"add_healthy_event":{"first_check":true},"timestamp":"2023-11-14T22:13:21.000Z",' +
        '"locality":{"region":"","zone":"","sub_zone":""}}\n',
    );
    deepEqual(main.logs.get('b.log'), lines);
  });
});
