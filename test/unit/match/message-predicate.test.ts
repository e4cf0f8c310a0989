import { deepEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResponseHeaders } from '../../../src/base/header-map.js';
import { buildMessagePredicate, type MessagePredicateConfig } from '../../../src/match/message-predicate.js';

const status = (value: string): MessagePredicateConfig => ({
  kind: 'response-headers',
  headers: [
    {
      name: ':status',
      rule: { kind: 'string', matcher: { kind: 'exact', value, ignoreCase: false } },
      invert: false,
      treatMissingAsEmpty: false,
    },
  ],
});

function accepted(config: MessagePredicateConfig): readonly number[] {
  const matches = buildMessagePredicate(config);
  return [200, 404, 503].filter((code) => matches(new ResponseHeaders(code)));
}

describe('predicates over the head of a response', () => {
  test('headers decide, and sets of rules combine', () => {
    deepEqual(accepted(status('404')), [404]);
    deepEqual(accepted({ kind: 'or', rules: [status('404'), status('503')] }), [404, 503]);
    deepEqual(accepted({ kind: 'and', rules: [status('404'), status('503')] }), []);
    deepEqual(accepted({ kind: 'not', rule: status('404') }), [200, 503]);
    deepEqual(accepted({ kind: 'any' }), [200, 404, 503]);
  });

  test('what is not of the head never matches', () => {
    deepEqual(accepted({ kind: 'never' }), []);
    deepEqual(accepted({ kind: 'not', rule: { kind: 'never' } }), [200, 404, 503]);
  });
});
