import { deepEqual, match } from 'node:assert/strict';
import { test } from 'node:test';
import { clientSideWeightedRoundRobin } from '../../../../src/extensions/load-balancers/client-side-weighted-round-robin/client-side-weighted-round-robin.js';
import { roundRobin } from '../../../../src/extensions/load-balancers/round-robin/round-robin.js';
import { parseWrrLocality } from '../../../../src/extensions/load-balancers/wrr-locality/config.js';
import {
  parseReportedWeights,
  reportedWeightsType,
} from '../../../../src/upstream/load-report/load-rules.js';
import { readText } from '../../../support/config-text.js';

test('rules are those of Envoy unless configured', () => {
  const { value, problems } = readText(reportedWeightsType, '{}', parseReportedWeights);
  deepEqual(problems, []);
  deepEqual(value, {
    rules: { metricNames: [], errorPenalty: 0, blackoutMs: 10_000, expirationMs: 180_000, updateMs: 1000 },
    slowStart: null,
  });
});

test('weights are worked out ten times a second at most', () => {
  const text = 'weight_update_period: 0.01s\nerror_utilization_penalty: 2';
  const { rules } = readText(reportedWeightsType, text, parseReportedWeights).value;
  deepEqual([rules.updateMs, rules.errorPenalty], [100, 2]);
});

test('localities by weight take hosts by their reports, and nothing else', () => {
  const type = 'envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality';
  const registry = { 'load.balancer': [clientSideWeightedRoundRobin, roundRobin] };
  const read = (...types: readonly string[]) => {
    const policies = types.map(
      (each) => `{typed_extension_config: {name: x, typed_config: {"@type": type.googleapis.com/${each}}}}`,
    );
    const text = `endpoint_picking_policy: {policies: [${policies.join(', ')}]}`;
    return readText(type, text, parseWrrLocality, registry).problems.join();
  };
  deepEqual(read(reportedWeightsType, roundRobin.typeUrl), '');
  match(read(roundRobin.typeUrl, reportedWeightsType), /only supports ClientSideWeightedRoundRobin/);
  match(read(), /No supported endpoint picking policy/);
});
