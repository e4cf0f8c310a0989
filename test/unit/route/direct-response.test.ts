import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { find, readRoutes, tableOf } from '../../support/route-table.js';
import { logContext, requestHeaders, streamInfo } from '../../support/stream-info.js';

function answer(action: string): string {
  const view = find(tableOf(`{match: {prefix: /}, direct_response: {${action}}}`), '/')?.action;
  if (view?.kind !== 'direct') return 'no answer';
  const context = logContext({
    info: streamInfo({ responseCode: 0 }),
    requestHeaders: requestHeaders('/p?x'),
  });
  return `${view.status} ${view.contentType} ${view.body(context)}`;
}

test('the body is inline text, rendered by its format when it has one', () => {
  equal(answer('status: 200, body: {inline_string: hello}'), '200 text/plain hello');
  equal(answer('status: 204'), '204 text/plain ');
  equal(
    answer(
      'status: 200, body: {inline_string: order}, body_format: {text_format: "<%LOCAL_REPLY_BODY%> %REQ(:PATH)% %RESPONSE_CODE%"}',
    ),
    '200 text/plain <order> /p?x 0',
  );
  equal(
    answer('status: 200, body: {inline_string: b}, body_format: {json_format: {m: "%LOCAL_REPLY_BODY%"}}'),
    '200 application/json {"m":"b"}\n',
  );
});

test('a body longer than the configuration allows is a problem', () => {
  const route = '{match: {prefix: /}, direct_response: {status: 200, body: {inline_string: abcdef}}}';
  const yaml = `{name: r, max_direct_response_body_size_bytes: 5, virtual_hosts: [{name: v, domains: ["*"], routes: [${route}]}]}`;
  deepEqual(readRoutes(yaml).problems, ['response body size is 6 bytes; maximum is 5']);
});
