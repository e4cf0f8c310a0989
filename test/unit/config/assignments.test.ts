import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { readAssignments } from '../../../src/config/assignments.js';
import { extensionRegistry } from '../../../src/extensions/index.js';
import type { AssignmentAnswer } from '../../../src/upstream/membership/assignments.js';

function read(rest: string): AssignmentAnswer {
  const text = `version_info: "1"
resources:
- "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
  cluster_name: c
${rest}`;
  const files = { read: () => Buffer.from(text), env: () => undefined };
  return readAssignments({ path: 'eds.yaml' }, extensionRegistry(), files);
}

const drops = (...percents: readonly number[]): string =>
  `  policy: {drop_overloads: [${percents.map((n) => `{category: x, drop_percentage: {numerator: ${n}}}`).join()}]}`;

test('fields that an assignment has in vain are told with their place', () => {
  const answer = read('  named_endpoints:\n    a: {address: {pipe: {path: /x}}}');
  deepEqual(answer.kind === 'read' && answer.notices, [
    'eds.yaml:5:3: resources[0].named_endpoints: "named_endpoints" is not supported yet',
  ]);
});

test('fields that the API does not have are no mistake', () => {
  deepEqual(read('  bogus: 1').kind, 'read');
});

test('one share of dropped requests is taken, up to all of them', () => {
  const answer = read(drops(25));
  equal(answer.kind === 'read' && answer.assignments[0]?.dropMillionths, 250_000);
  equal(read(drops(120)).kind, 'refused');
  equal(read(drops(1, 2)).kind, 'refused');
});
