import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { RedirectTarget } from '../../../../src/api/redirect-predicate.js';
import {
  allowListedRoutes,
  previousRoutes,
  safeCrossScheme,
} from '../../../../src/extensions/internal-redirect/redirect-predicates.js';

function target(change: Partial<RedirectTarget>): RedirectTarget {
  return {
    fromRoute: 'from',
    toRoute: 'to',
    fromHttps: false,
    toHttps: false,
    state: new Map(),
    ...change,
  };
}

test('only listed routes are redirected to', () => {
  equal(allowListedRoutes.accepts({ routes: ['a', 'to'] }, target({})), true);
  equal(allowListedRoutes.accepts({ routes: ['a'] }, target({})), false);
});

test('a route is redirected to once from each other one', () => {
  const state = new Map();
  const accepts = (fromRoute: string, toRoute: string) =>
    previousRoutes.accepts({}, target({ state, fromRoute, toRoute }));
  equal(accepts('a', 'b'), true);
  equal(accepts('a', 'c'), true);
  equal(accepts('b', 'b'), true);
  equal(accepts('a', 'b'), false);
});

test('https may be entered from https alone', () => {
  equal(safeCrossScheme.accepts({}, target({ toHttps: true })), false);
  equal(safeCrossScheme.accepts({}, target({ fromHttps: true, toHttps: true })), true);
  equal(safeCrossScheme.accepts({}, target({ fromHttps: true })), true);
});
