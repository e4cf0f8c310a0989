import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRequestRules } from '../../conformance/fuzz-request-rules.js';

test('of 20,000 heads of external clients none brings a hop-by-hop, internal or steering field along', () => {
  equal(fuzzRequestRules(20_000, 20_260_101), 20_000);
});
