import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpTagging } from '../../../../../../src/extensions/filters/http/ip-tagging/config.js';
import { ipTaggingFilter } from '../../../../../../src/extensions/filters/http/ip-tagging/ip-tagging.js';
import { readText } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const tags = `ip_tags:
- { ip_tag_name: documentation, ip_list: [{ address_prefix: 203.0.113.0, prefix_len: 24 }] }
- { ip_tag_name: other, ip_list: [{ address_prefix: 10.0.0.0, prefix_len: 8 }] }
- { ip_tag_name: all, ip_list: [{ address_prefix: 0.0.0.0 }] }`;

function tagged(text: string, fields: readonly (readonly [string, string])[] = []) {
  const { build, stats } = filterThread();
  const { filter } = build(ipTaggingFilter, readText(ipTaggingFilter.typeUrl, text, parseIpTagging).value)();
  const headers = requestHeaders('/', fields);
  filter.onRequestHeaders?.(headers, true);
  return { fields: fieldsOf(headers), stats: Object.fromEntries(stats) };
}

test('the tags of the trusted address are appended and counted', () => {
  const { fields, stats } = tagged(tags, [['x-envoy-ip-tags', 'mine']]);
  deepEqual(fields, ['x-envoy-ip-tags: mine,documentation,all']);
  deepEqual(stats, {
    'http.test.ip_tagging.documentation.hit': 1,
    'http.test.ip_tagging.all.hit': 1,
    'http.test.ip_tagging.total': 1,
  });
});

test('requests of the other kind are left alone', () => {
  deepEqual(tagged(`${tags}\nrequest_type: INTERNAL`), { fields: [], stats: {} });
  equal(tagged(`${tags}\nrequest_type: INTERNAL`, [['x-envoy-internal', 'true']]).fields.length, 2);
});

test('a header of its own is cleaned of what clients say', () => {
  const { fields } = tagged(`${tags}\nip_tag_header: { header: X-Tags }`, [['x-tags', 'mine']]);
  deepEqual(fields, ['x-tags: documentation,all']);
});
