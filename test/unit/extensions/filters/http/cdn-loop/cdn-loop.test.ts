import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { countCdnId, isCdnId } from '../../../../../../src/extensions/filters/http/cdn-loop/cdn-info.js';
import { cdnLoopFilter } from '../../../../../../src/extensions/filters/http/cdn-loop/cdn-loop.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

test('identifiers are counted as a list with parameters has them', () => {
  equal(countCdnId('own; a=b, other, own', 'own'), 2);
  equal(countCdnId('x;a="own, own"', 'own'), 0);
  equal(countCdnId(' , own ,,', 'own'), 1);
  equal(countCdnId('own:80, [::1]:1', 'own'), 0);
  for (const bad of ['[own', 'own;', 'ow(n)', 'a b', 'a;b=', 'a="b"', '"own"'])
    equal(countCdnId(bad, 'own'), undefined, bad);
});

test('an identifier is a host with or without a port, or a token', () => {
  for (const good of ['cdn', 'cdn.example:80', '[::1]', 'a_b~c']) equal(isCdnId(good), true, good);
  for (const bad of ['', 'not valid', 'a;b=c', 'a,b']) equal(isCdnId(bad), false, bad);
});

test('a request that has come by too often is refused, others get one more entry', () => {
  const start = filterThread().build(cdnLoopFilter, { id: 'own', maxOccurrences: 1 });
  const through = (value: string) => {
    const { filter, replies } = start();
    const headers = requestHeaders('/', value === '' ? [] : [['cdn-loop', value]]);
    filter.onRequestHeaders?.(headers, true);
    return replies[0]?.options.details ?? headers.get('cdn-loop');
  };
  deepEqual(['', 'own', 'own, own', '['].map(through), [
    'own',
    'own,own',
    'cdn_loop_detected',
    'invalid_cdn_loop_header',
  ]);
});
