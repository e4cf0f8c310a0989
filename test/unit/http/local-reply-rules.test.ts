import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeaders } from '../../../src/base/header-map.js';
import { LocalReplyRules, type ReplyDraft } from '../../../src/http/local-reply-rules.js';
import { logScope } from '../../support/log-scope.js';
import { logContext } from '../../support/stream-info.js';
import { managerSettings } from './manager-settings.js';

function rewritten(yaml: string, status: number, body: string): [ReplyDraft, ResponseHeaders] {
  const config = managerSettings(`local_reply_config:\n${yaml}`).localReplies;
  if (config === null) throw new Error('no rules');
  const draft: ReplyDraft = { status, body, contentType: 'text/plain' };
  const headers = new ResponseHeaders(status);
  new LocalReplyRules(config, logScope().scope).rewrite(draft, headers, logContext());
  return [draft, headers];
}

const onStatus = (code: number): string =>
  `filter: { status_code_filter: { comparison: { op: EQ, value: { default_value: ${code}, runtime_key: k } } } }`;

test('the first mapper whose filter passes is the only one that counts', () => {
  const yaml = `  mappers:
  - { ${onStatus(404)}, status_code: 410 }
  - { ${onStatus(410)}, status_code: 500 }`;
  equal(rewritten(yaml, 404, '')[0].status, 410);
  equal(rewritten(yaml, 503, '')[0].status, 503);
});

test('a mapper replaces the body before its format sees it, and adds headers', () => {
  const yaml = `  mappers:
  - ${onStatus(503)}
    body: { inline_string: new }
    headers_to_add: [{ header: { key: x-a, value: '%RESPONSE_CODE%' } }]
    body_format_override: { json_format: { text: '%LOCAL_REPLY_BODY%' } }`;
  const [draft, headers] = rewritten(yaml, 503, 'old');
  deepEqual(draft, { status: 503, body: '{"text":"new"}\n', contentType: 'application/json' });
  equal(headers.get('x-a'), '503');
});

test('the format for all is used where no mapper has its own', () => {
  const yaml = `  body_format: { text_format_source: { inline_string: '<%LOCAL_REPLY_BODY%>' } }`;
  deepEqual(rewritten(yaml, 404, 'text')[0], { status: 404, body: '<text>', contentType: 'text/plain' });
});
