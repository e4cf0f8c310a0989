import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { parseHeaderToMetadata } from '../../../../../../src/extensions/filters/http/header-to-metadata/config.js';
import { headerToMetadataFilter } from '../../../../../../src/extensions/filters/http/header-to-metadata/header-to-metadata.js';
import { decodeProtobufValue } from '../../../../../../src/extensions/filters/http/header-to-metadata/protobuf-value.js';
import { readText } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

function read(text: string) {
  return readText('envoy.extensions.filters.http.header_to_metadata.v3.Config', text, parseHeaderToMetadata);
}

function metadataOf(rules: string, fields: readonly [string, string][]) {
  const { value, problems } = read(`{ stat_prefix: p, request_rules: [${rules}] }`);
  deepEqual(problems, []);
  const thread = filterThread();
  const { filter, info } = thread.build(headerToMetadataFilter, value)();
  const headers = requestHeaders('/', fields);
  filter.onRequestHeaders?.(headers, true);
  return { metadata: Object.fromEntries(info.dynamicMetadata ?? []), headers, stats: thread.stats };
}

const own = 'envoy.filters.http.header_to_metadata';

test('a header is written under its key, converted and taken away where the rule says so', () => {
  const rule = '{ header: X-A, remove: true, on_header_present: { key: a, type: NUMBER } }';
  const { metadata, headers } = metadataOf(rule, [['x-a', ' 4.5 ']]);
  deepEqual(metadata, { [own]: { a: 4.5 } });
  equal(headers.has('x-a'), false);
});

test('a cookie, a rewrite and a fixed value for what is missing go into their namespaces', () => {
  const rules = `
    { cookie: c, on_header_present: { metadata_namespace: ns, key: cookie } },
    { header: x-b, on_header_present: { metadata_namespace: ns, key: b,
      regex_value_rewrite: { pattern: { regex: '^/(\\w+).*' }, substitution: '\\1' } } },
    { header: x-c, on_header_missing: { metadata_namespace: m, key: c, value: none } }`;
  const { metadata, stats } = metadataOf(rules, [
    ['cookie', 'a=b; c=d'],
    ['x-b', '/one/two'],
  ]);
  deepEqual(metadata, { ns: { cookie: 'd', b: 'one' }, m: { c: 'none' } });
  equal(stats.get('http_filter_name.p.request_header_not_found'), 1);
  equal(stats.get('http_filter_name.p.request_metadata_added'), 3);
});

test('what cannot be decoded or is too long is not written, and counted', () => {
  const rule = '{ header: x-a, on_header_present: { key: a, encode: BASE64 } }';
  const broken = metadataOf(rule, [['x-a', '!']]);
  deepEqual(broken.metadata, {});
  equal(broken.stats.get('http_filter_name.p.base64_decode_failed'), 1);
  const long = metadataOf(rule, [['x-a', 'm'.repeat(8192)]]);
  equal(long.stats.get('http_filter_name.p.header_value_too_long'), 1);
  deepEqual(metadataOf(rule, [['x-a', 'aGk']]).metadata, { [own]: { a: 'hi' } });
});

test('responses have rules of their own', () => {
  const { value } = read('{ response_rules: [{ header: x-a, on_header_present: { key: a } }] }');
  const { filter, info } = filterThread().build(headerToMetadataFilter, value)();
  const headers = new ResponseHeaders(200);
  headers.add('x-a', '1');
  filter.onResponseHeaders?.(headers, true);
  deepEqual(info.dynamicMetadata?.get(own), { a: '1' });
});

test('rules that say nothing, or too much, are refused', () => {
  equal(
    read('{ request_rules: [{ header: a, cookie: b, on_header_present: { key: k } }] }').problems.length,
    1,
  );
  equal(read('{ request_rules: [{ header: a }] }').problems.length, 1);
  equal(
    read('{ request_rules: [{ cookie: a, remove: true, on_header_present: { key: k } }] }').problems.length,
    1,
  );
  equal(read('{ request_rules: [{ header: a, on_header_missing: { key: k } }] }').problems.length, 1);
});

test('a protobuf value is read from its wire form, and nothing from broken bytes', () => {
  const struct = [0x2a, 0x0b, 0x0a, 0x09, 0x0a, 0x01, 0x73, 0x12, 0x04, 0x1a, 0x02, 0x68, 0x69];
  deepEqual(decodeProtobufValue(Buffer.from(struct)), { s: 'hi' });
  deepEqual(decodeProtobufValue(Buffer.from([0x32, 0x06, 0x0a, 0x02, 0x20, 0x01, 0x0a, 0x00])), [true, null]);
  for (let cut = 1; cut < struct.length; cut++) {
    equal(decodeProtobufValue(Buffer.from(struct.slice(0, cut))), undefined, `${cut} bytes`);
  }
});
