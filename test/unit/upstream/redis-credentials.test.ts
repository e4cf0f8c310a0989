import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { credentialsFor, signedCredentials } from '../../../src/upstream/redis-credentials.js';

const iam = {
  keys: { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG', sessionToken: '' },
  region: 'eu-west-1',
  service: 'memorydb',
  cacheName: 'c',
  lifeSeconds: 60,
};
const at = Date.UTC(2026, 10, 23, 5, 4, 15);
const configured = { username: 'me', password: 'x' };

test('a signature stands in the place of the password', () => {
  const username = Buffer.from('m e/é').toString('latin1');
  deepEqual(signedCredentials({ username, password: 'x' }, iam, at), {
    username,
    password: [
      'c/?Action=connect&User=m e/%C3%A9&X-Amz-Algorithm=AWS4-HMAC-SHA256',
      'X-Amz-Credential=AKIDEXAMPLE%2F20261123%2Feu-west-1%2Fmemorydb%2Faws4_request',
      'X-Amz-Date=20261123T050415Z&X-Amz-Expires=60',
      'X-Amz-Signature=4cda2ce3c52e036b6c280f811f900c25edb774bc5fc4f3f39a86204afab88bb4&X-Amz-SignedHeaders=host',
    ].join('&'),
  });
});

test('nothing is signed without keys, for nobody, or where nobody wants it', () => {
  equal(signedCredentials(configured, { ...iam, keys: null }, at).password, 'c/?Action=connect&User=me');
  deepEqual(signedCredentials({ username: '', password: 'x' }, iam, at), { username: '', password: '' });
  equal(signedCredentials(configured, null, at), configured);
});

test('hosts may have credentials of their own', () => {
  const own = { username: 'you', password: 'y' };
  const redis = { credentials: configured, credentialsOf: { '10.0.0.1:1': own }, iam: null, hasSlots: false };
  equal(credentialsFor(redis, '10.0.0.1:1', at), own);
  equal(credentialsFor(redis, '10.0.0.2:1', at), configured);
});
