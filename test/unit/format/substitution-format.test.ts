import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  compileSubstitutionFormat,
  contentTypeOf,
  parseSubstitutionFormat,
} from '../../../src/format/substitution-format.js';
import { readText } from '../../support/config-text.js';
import { logContext, requestHeaders } from '../../support/stream-info.js';

const withoutQuery = {
  name: 'envoy.formatter.req_without_query',
  typeUrl: 'envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery',
  parse: () => ({}),
};
const read = (yaml: string) =>
  readText('envoy.config.core.v3.SubstitutionFormatString', yaml, parseSubstitutionFormat, {
    formatter: [withoutQuery],
  });

test('text is taken from either field and gets no line feed, JSON gets one', () => {
  for (const yaml of ['text_format: "%PROTOCOL%"', 'text_format_source: {inline_string: "%PROTOCOL%"}']) {
    const { value, problems, unsupported } = read(yaml);
    deepEqual([problems, unsupported], [[], []]);
    equal(compileSubstitutionFormat(value)(logContext()), 'HTTP/1.1');
    equal(contentTypeOf(value), 'text/plain');
  }
  const json = read('{json_format: {p: "%PROTOCOL%"}, omit_empty_values: true}').value;
  equal(compileSubstitutionFormat(json)(logContext()), '{"p":"HTTP/1.1"}\n');
  equal(contentTypeOf(json), 'application/json');
  equal(contentTypeOf(read('{text_format: "", content_type: text/html}').value), 'text/html');
});

test('an operator of a formatter extension needs that extension', () => {
  const format = 'text_format: "%REQ_WITHOUT_QUERY(:PATH)%"';
  deepEqual(read(`{${format}}`).problems, ['Not supported field in StreamInfo: REQ_WITHOUT_QUERY']);
  const extension = `{name: f, typed_config: {"@type": type.googleapis.com/${withoutQuery.typeUrl}}}`;
  const { value, problems } = read(`{${format}, formatters: [${extension}]}`);
  deepEqual(problems, []);
  equal(compileSubstitutionFormat(value)(logContext({ requestHeaders: requestHeaders('/p?q=1') })), '/p');
});
