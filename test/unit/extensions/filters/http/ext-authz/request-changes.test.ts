import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  areValid,
  changeRequest,
  unfitHeader,
} from '../../../../../../src/extensions/filters/http/ext-authz/request-changes.js';
import type { Changes } from '../../../../../../src/extensions/filters/http/ext-authz/verdict.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const changes = (some: Partial<Changes>): Changes => ({
  set: [],
  append: [],
  add: [],
  remove: [],
  toClient: [],
  setQuery: [],
  removeQuery: [],
  ...some,
});

test('headers are set, appended to those that are there, and removed', () => {
  const headers = requestHeaders('/p', [
    ['x-a', '1'],
    ['x-a', '2'],
    ['x-b', '3'],
    ['x-c', '4'],
  ]);
  const wanted = changes({
    set: [
      ['x-a', 'new'],
      [':path', '/q?a=1&b=2'],
    ],
    append: [
      ['x-b', 'more'],
      ['x-none', 'more'],
    ],
    remove: ['x-c', ':method', 'host'],
    setQuery: [['z', '0']],
    removeQuery: ['b'],
  });
  equal(changeRequest(headers, wanted, null), true);
  deepEqual(
    ['x-a', 'x-b', 'x-c', 'x-none'].map((name) => headers.joined(name)),
    ['new', '3,more', undefined, undefined],
  );
  deepEqual([headers.path, headers.method], ['/q?a=1&z=0', 'GET']);
});

test('what the rules forbid is left out, and told', () => {
  const headers = requestHeaders('/');
  const wanted = changes({
    set: [
      ['x-a', '1'],
      ['x-b', '2'],
    ],
  });
  equal(
    changeRequest(headers, wanted, (name) => name !== 'x-a'),
    false,
  );
  deepEqual([headers.get('x-a'), headers.get('x-b')], [undefined, '2']);
});

test('what cannot stand on the wire is no valid change', () => {
  equal(areValid(changes({ set: [['x-a', 'v']], setQuery: [['a', 'b%20c']] })), true);
  equal(areValid(changes({ set: [['x a', 'v']] })), false);
  equal(areValid(changes({ set: [['x-a', 'v\n']] })), false);
  equal(areValid(changes({ setQuery: [['a', 'b c']] })), false);
  equal(unfitHeader(changes({ set: [['x a', 'v']] })), 'invalid header name: x a');
  equal(unfitHeader(changes({ add: [['x-a', 'v\n']] })), 'invalid header value for: x-a');
  equal(unfitHeader(changes({ set: [['x-a', 'v']] })), null);
});
