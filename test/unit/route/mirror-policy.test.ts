import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { MirrorPolicyView } from '../../../src/api/route.js';
import { routeInput, tableOf } from '../../support/route-table.js';
import { logContext } from '../../support/stream-info.js';

function policyOf(yaml: string): MirrorPolicyView {
  const table = tableOf(`{match: {prefix: /}, route: {cluster: c, request_mirror_policies: [${yaml}]}}`);
  const action = table.find(routeInput({ path: '/' }))?.action;
  const [policy] = action?.kind === 'route' ? action.mirrors : [];
  if (policy === undefined) throw new Error('the route has no mirror');
  return policy;
}

function hostFor(yaml: string, host: string): string {
  const { headers } = routeInput({ path: '/', host });
  policyOf(yaml).prepare(headers, logContext({ requestHeaders: headers }));
  return headers.authority;
}

test('the host of a copy says that it is one, before its port', () => {
  equal(hostFor('{cluster: m}', 'a.local'), 'a.local-shadow');
  equal(hostFor('{cluster: m}', 'a.local:80'), 'a.local-shadow:80');
  equal(hostFor('{cluster: m, disable_shadow_host_suffix_append: true}', 'a.local'), 'a.local');
  equal(hostFor('{cluster: m, host_rewrite_literal: b.local}', 'a.local:80'), 'b.local');
});

test('a header may name the cluster of the mirror', () => {
  const policy = policyOf('{cluster_header: X-Mirror}');
  equal(policy.clusterOf(routeInput({ path: '/', fields: [['x-mirror', 'm']] }).headers), 'm');
  equal(policy.clusterOf(routeInput({ path: '/' }).headers), '');
});
