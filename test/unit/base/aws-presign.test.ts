import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { presign, strict } from '../../../src/base/aws-presign.js';

const request = {
  host: 'c',
  region: 'r',
  service: 'elasticache',
  lifeSeconds: 60,
  parameters: [
    ['Action', 'connect'],
    ['User', 'me'],
  ],
} as const;
const keys = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG', sessionToken: '' };
const at = Date.UTC(2026, 10, 23, 5, 5, 6, 789);

test('a query is signed as Envoy signs it', () => {
  deepEqual(presign(request, keys, at), [
    ['Action', 'connect'],
    ['User', 'me'],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', 'AKIDEXAMPLE/20261123/r/elasticache/aws4_request'],
    ['X-Amz-Date', '20261123T050506Z'],
    ['X-Amz-Expires', '60'],
    ['X-Amz-Signature', 'b33f6dd4325f0b7b1bcd34d7714c4ca4c9f6d3c188d78a605bc94b581d512d5c'],
    ['X-Amz-SignedHeaders', 'host'],
  ]);
});

test('the token of a session is signed, too', () => {
  const names = presign(request, { ...keys, sessionToken: 't' }, at).map(([name]) => name);
  deepEqual(names.slice(-3), ['X-Amz-Security-Token', 'X-Amz-Signature', 'X-Amz-SignedHeaders']);
});

test('strict encoding leaves unreserved characters alone', () => {
  equal(strict("aZ9-._~ /+='*(!)é"), 'aZ9-._~%20%2F%2B%3D%27%2A%28%21%29%C3%A9');
});
