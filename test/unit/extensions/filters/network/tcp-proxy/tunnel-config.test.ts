import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { parseTcpProxy } from '../../../../../../src/extensions/filters/network/tcp-proxy/config.js';
import { tcpProxy } from '../../../../../../src/extensions/filters/network/tcp-proxy/tcp-proxy-filter.js';
import { readText } from '../../../../../support/config-text.js';

function problemsOf(tunnel: string): readonly string[] {
  const text = `{ stat_prefix: own, cluster: main, tunneling_config: ${tunnel} }`;
  return readText(tcpProxy.typeUrl, text, parseTcpProxy).problems;
}

for (const [tunnel, problems] of [
  ['{ hostname: far, use_post: true, post_path: /x }', []],
  ['{ hostname: far, post_path: /x }', ["Can't set a post path when POST method isn't used"]],
  [
    '{ hostname: far, headers_to_add: [{ header: { key: host, value: x } }] }',
    [':-prefixed or host headers may not be modified'],
  ],
] as const) {
  test(`${tunnel} has ${problems.length} problems`, () => {
    deepEqual(problemsOf(tunnel), problems);
  });
}
