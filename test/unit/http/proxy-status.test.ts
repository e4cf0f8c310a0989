import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseFlag } from '../../../src/api/response-flags.js';
import { ResponseHeaders } from '../../../src/base/header-map.js';
import { ProxyStatus } from '../../../src/http/proxy-status.js';
import { logScope } from '../../support/log-scope.js';
import { streamInfo } from '../../support/stream-info.js';
import { managerSettings } from './manager-settings.js';

function answered(yaml: string, flags: number, details = 'because of this'): ResponseHeaders {
  const config = managerSettings(`proxy_status_config: {${yaml}}`).proxyStatus;
  if (config === null) throw new Error('no configuration');
  const headers = new ResponseHeaders(500);
  const info = streamInfo({ responseFlags: flags, responseCodeDetails: details });
  new ProxyStatus(config, logScope().scope).apply(headers, info);
  return headers;
}

test('a response without an error has no status of a proxy', () => {
  equal(answered('', 0).has('proxy-status'), false);
});

test('name, error, details and flags are told, unless they are switched off', () => {
  const flags = ResponseFlag.noRouteFound;
  equal(
    answered('', flags).get('proxy-status'),
    'envoy; error=destination_not_found; details="because_of_this; NR"',
  );
  equal(
    answered('remove_response_flags: true, literal_proxy_name: p', flags).get('proxy-status'),
    'p; error=destination_not_found; details="because_of_this"',
  );
  equal(answered('remove_details: true', flags).get('proxy-status'), 'envoy; error=destination_not_found');
});

test('the recommended status replaces the answer’s own when it is asked for', () => {
  equal(answered('', ResponseFlag.upstreamRequestTimeout).status, 500);
  equal(answered('set_recommended_response_code: true', ResponseFlag.upstreamRequestTimeout).status, 504);
});
