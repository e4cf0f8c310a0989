import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { callNameOf } from '../../../../src/codec/grpc/call-path.js';

test('a path of two segments names a service and a method', () => {
  deepEqual(callNameOf('/a.b.C/D'), { service: 'a.b.C', method: 'D' });
  deepEqual(callNameOf('/a/b?c=/d'), { service: 'a', method: 'b' });
});

test('any other path names nothing', () => {
  for (const path of ['', '/', '//', '/a', '/a/', '//b', 'a/b', '/a/b/c', '/?a/b'])
    equal(callNameOf(path), null);
});
