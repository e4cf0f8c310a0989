import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { DataStatus, HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { parseJsonToMetadata } from '../../../../../../src/extensions/filters/http/json-to-metadata/config.js';
import { jsonToMetadataFilter } from '../../../../../../src/extensions/filters/http/json-to-metadata/json-to-metadata.js';
import { readText } from '../../../../../support/config-text.js';
import { chunkOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

function begin(config: string) {
  const type = 'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata';
  const { value, problems } = readText(type, config, parseJsonToMetadata);
  deepEqual(problems, []);
  const thread = filterThread();
  return { ...thread.build(jsonToMetadataFilter, value)(), stats: thread.stats };
}

const rule = `{ selectors: [{ key: a }, { key: b }], on_present: { key: present },
  on_missing: { key: missing, value: 1 }, on_error: { key: error, value: { bad: true } } }`;
const own = 'envoy.filters.http.json_to_metadata';
const json = requestHeaders('/', [['content-type', 'application/json']]);

function metadataOf(body: string): unknown {
  const { filter, info, request } = begin(`{ request_rules: { rules: [${rule}] } }`);
  equal(filter.onRequestHeaders?.(json, false), HeadersStatus.Stop);
  equal(filter.onRequestData?.(chunkOf(body.slice(0, 3)), false), DataStatus.StopBuffer);
  request.kept = Buffer.from(body.slice(0, 3));
  equal(filter.onRequestData?.(chunkOf(body.slice(3)), true), DataStatus.Continue);
  return info.dynamicMetadata?.get(own);
}

test('a value is found under its keys, in a body that comes in parts', () => {
  deepEqual(metadataOf('{"a":{"b":"x"}}'), { present: 'x' });
});

test('what is not there, is null or a structure counts as missing', () => {
  for (const body of ['{"a":1}', '{"a":{}}', '{"a":{"b":null}}', '{"a":{"b":[]}}', '[1]', '"abc"']) {
    deepEqual(metadataOf(body), { missing: 1 }, body);
  }
});

test('a body that is no JSON is an error, and so is a number beyond 64 bits', () => {
  for (const body of ['{"a"', 'hello', '{"z":12345678901234567890}']) {
    deepEqual(metadataOf(body), { error: { bad: true } }, body);
  }
  deepEqual(metadataOf('{"z":"12345678901234567890"}'), { missing: 1 });
});

test('other content types are not looked at, and counted', () => {
  const { filter, stats } = begin(`{ request_rules: { rules: [${rule}] } }`);
  equal(filter.onRequestHeaders?.(requestHeaders('/'), false), HeadersStatus.Continue);
  equal(filter.onRequestData?.(chunkOf('{}'), true), DataStatus.Continue);
  equal(stats.get('json_to_metadata.rq.mismatched_content_type'), 1);
});

test('responses are read by rules of their own', () => {
  const { filter, info, stats } = begin(`{ response_rules: { rules: [${rule}] } }`);
  const headers = new ResponseHeaders(200);
  headers.add('content-type', 'application/json');
  equal(filter.onResponseHeaders?.(headers, false), HeadersStatus.Stop);
  filter.onResponseData?.(chunkOf('{"a":{"b":2}}'), true);
  deepEqual(info.dynamicMetadata?.get(own), { present: 2 });
  equal(stats.get('json_to_metadata.resp.success'), 1);
});
