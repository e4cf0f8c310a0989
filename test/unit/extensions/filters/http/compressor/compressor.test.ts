import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import {
  addVary,
  softenEtag,
} from '../../../../../../src/extensions/filters/http/compressor/response-head.js';
import { forbidsTransforming } from '../../../../../../src/extensions/filters/http/no-transform.js';
import { fieldsOf } from '../../../../../support/filter-stream.js';

function head(...fields: readonly (readonly [string, string])[]): ResponseHeaders {
  const headers = new ResponseHeaders(200);
  for (const [name, value] of fields) headers.add(name, value);
  return headers;
}

test('vary gets accept-encoding once', () => {
  const none = head();
  addVary(none);
  addVary(none);
  deepEqual(fieldsOf(none), ['vary: Accept-Encoding']);
  const some = head(['vary', 'cookie']);
  addVary(some);
  deepEqual(fieldsOf(some), ['vary: cookie, Accept-Encoding']);
});

test('a strong etag goes or becomes weak, a weak one stays', () => {
  const gone = head(['etag', '"a"']);
  softenEtag(gone, false);
  deepEqual(fieldsOf(gone), []);
  const weak = head(['etag', '"a"']);
  softenEtag(weak, true);
  softenEtag(weak, true);
  deepEqual(fieldsOf(weak), ['etag: W/"a"']);
});

test('no-transform is a directive of its own', () => {
  equal(forbidsTransforming(head(['cache-control', 'max-age=1, No-Transform'])), true);
  equal(forbidsTransforming(head(['cache-control', 'x-no-transformer'])), false);
});
