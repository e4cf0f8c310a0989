import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { parseRbac, parseRbacPerRoute } from '../../../../../../src/extensions/filters/http/rbac/config.js';
import { rbacFilter } from '../../../../../../src/extensions/filters/http/rbac/rbac.js';
import { readText } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const everybody = '{ permissions: [{ any: true }], principals: [{ any: true }] }';

function config(text: string) {
  return readText(rbacFilter.typeUrl, text, parseRbac).value;
}

test('a denied request gets 403 and details that name the policy', () => {
  const { build, stats } = filterThread();
  const text = `rules: { action: DENY, policies: { "no one": ${everybody} } }\nrules_stat_prefix: own\ntrack_per_rule_stats: true`;
  const { filter, replies } = build(rbacFilter, config(text))();
  equal(filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Stop);
  deepEqual(
    replies.map(({ status, body, options }) => [status, body, options.details]),
    [[403, 'RBAC: access denied', 'rbac_access_denied_matched_policy[no_one]']],
  );
  deepEqual(Object.fromEntries(stats), {
    'http.test.rbac.own.denied': 1,
    'http.test.rbac.own.policy.no one.denied': 1,
  });
});

test('shadow rules count and refuse nothing', () => {
  const { build, stats } = filterThread();
  const { filter } = build(rbacFilter, config('shadow_rules: {}'))();
  equal(filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
  deepEqual(Object.fromEntries(stats), { 'http.test.rbac.shadow_denied': 1 });
});

test('a route without rules of its own switches the filter off', () => {
  const perRoute = readText(
    'envoy.extensions.filters.http.rbac.v3.RBACPerRoute',
    '{}',
    parseRbacPerRoute,
  ).value;
  const { build, stats } = filterThread();
  const { filter } = build(rbacFilter, config('rules: {}'))([perRoute]);
  equal(filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
  deepEqual([...stats], []);
});
