import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { readPrincipals } from '../../../../../../src/extensions/filters/network/client-ssl-auth/principal-list.js';

test('a list is read', () => {
  const text = '{"certificates":[{"fingerprint_sha256":"AB"},{"fingerprint_sha256":"cd","more":1}],"more":2}';
  deepEqual([...(readPrincipals(text) ?? [])], ['ab', 'cd']);
  deepEqual([...(readPrincipals('{"certificates":[]}') ?? ['none'])], []);
});

test('what is no list is none', () => {
  for (const text of ['', '[]', '{}', 'null', '{"certificates":{}}', '{"certificates":[1]}'])
    equal(readPrincipals(text), null, text);
});
