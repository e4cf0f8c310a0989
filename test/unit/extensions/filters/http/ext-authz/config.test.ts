import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseExtAuthz,
  parseExtAuthzRoute,
} from '../../../../../../src/extensions/filters/http/ext-authz/config.js';
import { readText } from '../../../../../support/config-text.js';

const type = 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz';
const uri = 'server_uri: { uri: http://a/b, cluster: c, timeout: 1s }';

test('paths of the service begin with a slash, and there is one', () => {
  const problems = (fields: string) =>
    readText(type, `{ http_service: { ${uri}, ${fields} } }`, parseExtAuthz).problems;
  deepEqual(problems('path_prefix: x'), ['path_prefix should start with "/".']);
  deepEqual(problems('path_override: x'), ['path_override should start with "/".']);
  deepEqual(problems('path_prefix: /x, path_override: /y'), [
    'Only one of path_prefix or path_override may be set, not both.',
  ]);
});

test('a service is asked over gRPC or HTTP', () => {
  const config = '{ grpc_service: { envoy_grpc: { cluster_name: c } } }';
  const { value, unsupported } = readText(type, config, parseExtAuthz);
  deepEqual(unsupported, []);
  equal(value.service?.kind, 'grpc');
  equal(readText(type, `{ http_service: { ${uri} } }`, parseExtAuthz).value.service?.kind, 'http');
});

test('an error is 403 unless another status is given', () => {
  const statusOf = (fields: string) => readText(type, `{ ${fields} }`, parseExtAuthz).value.statusOnError;
  equal(statusOf(''), 403);
  equal(statusOf('status_on_error: { code: ServiceUnavailable }'), 503);
});

test('a route cannot want a body told and not told', () => {
  const route = `{ check_settings: { disable_request_body_buffering: true, with_request_body: { max_request_bytes: 1 } } }`;
  equal(
    readText('envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute', route, parseExtAuthzRoute)
      .problems.length,
    1,
  );
});
