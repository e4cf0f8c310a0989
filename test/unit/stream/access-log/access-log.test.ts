import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessLoggerFactory } from '../../../../src/api/access-log.js';
import type { LogContext } from '../../../../src/api/stream-info.js';
import { HeaderMap } from '../../../../src/base/header-map.js';
import { fileAccessLog } from '../../../../src/extensions/access-loggers/file/file-access-log.js';
import { stdoutAccessLog } from '../../../../src/extensions/access-loggers/stream/stream-access-log.js';
import { compileSubstitutionFormat, defaultLogFormat } from '../../../../src/format/substitution-format.js';
import { buildAccessLog, parseAccessLog } from '../../../../src/stream/access-log/access-log.js';
import { readText } from '../../../support/config-text.js';
import { logScope } from '../../../support/log-scope.js';
import { logContext, requestHeaders, streamInfo } from '../../../support/stream-info.js';

const logged: LogContext[] = [];
const memory: AccessLoggerFactory = {
  name: 'envoy.access_loggers.stdout',
  typeUrl: 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
  parse: () => ({}),
  build: () => ({ log: (context) => void logged.push(context) }),
};
const type = 'envoy.config.accesslog.v3.AccessLog';

/** Whether a filter lets an entry pass. */
function passes(
  filter: string,
  context: LogContext,
  runtime: { readonly [key: string]: number } = {},
): boolean {
  const yaml = `{name: l, typed_config: {"@type": type.googleapis.com/${memory.typeUrl}}, filter: ${filter}}`;
  const { value, problems, unsupported } = readText(type, yaml, parseAccessLog, {
    'access.logger': [memory],
  });
  deepEqual([problems, unsupported], [[], []]);
  if (value === undefined) return false;
  const { scope } = logScope(runtime, { 'access.logger': [memory] });
  const log = buildAccessLog(structuredClone(value), scope);
  logged.length = 0;
  log.log(context);
  return logged.length === 1;
}

const status = (responseCode: number): LogContext => logContext({ info: streamInfo({ responseCode }) });

test('status and duration are compared, runtime overrides the value', () => {
  const filter = (op: string) =>
    `{status_code_filter: {comparison: {op: ${op}, value: {default_value: 500, runtime_key: k}}}}`;
  deepEqual(
    [499, 500, 501].map((code) => passes(filter('GE'), status(code))),
    [false, true, true],
  );
  deepEqual(
    [499, 500, 501].map((code) => passes(filter('LE'), status(code))),
    [true, true, false],
  );
  deepEqual(
    [499, 500, 501].map((code) => passes(filter('EQ'), status(code))),
    [false, true, false],
  );
  deepEqual(
    [499, 500, 501].map((code) => passes(filter('NE'), status(code))),
    [true, false, true],
  );
  equal(passes(filter('GE'), status(404), { k: 400 }), true);
  const slow = '{duration_filter: {comparison: {op: GE, value: {default_value: 12, runtime_key: k}}}}';
  deepEqual([passes(slow, logContext()), passes(slow, logContext(), { k: 13 })], [true, false]);
});

test('and, or, header, flag and type filters combine', () => {
  const header = '{header_filter: {header: {name: x-a, string_match: {exact: "1"}}}}';
  const flag = '{response_flag_filter: {flags: [UF, NR]}}';
  const both = logContext({
    requestHeaders: requestHeaders('/', [['x-a', '1']]),
    info: streamInfo({ responseFlags: 1 << 5 }),
  });
  const one = logContext({ requestHeaders: requestHeaders('/', [['x-a', '1']]) });
  equal(passes(`{and_filter: {filters: [${header}, ${flag}]}}`, both), true);
  equal(passes(`{and_filter: {filters: [${header}, ${flag}]}}`, one), false);
  equal(passes(`{or_filter: {filters: [${header}, ${flag}]}}`, one), true);
  equal(passes(`{or_filter: {filters: [${header}, ${flag}]}}`, logContext()), false);
  equal(passes('{response_flag_filter: {}}', logContext()), false);
  equal(passes('{response_flag_filter: {}}', both), true);
  equal(passes('{log_type_filter: {types: [DownstreamEnd]}}', logContext()), true);
  equal(passes('{log_type_filter: {types: [DownstreamEnd], exclude: true}}', logContext()), false);
});

test('health checks can be left out', () => {
  equal(passes('{not_health_check_filter: {}}', logContext()), true);
  equal(
    passes('{not_health_check_filter: {}}', logContext({ info: streamInfo({ isHealthCheck: true }) })),
    false,
  );
});

test('the gRPC status comes from trailers or is read into the HTTP status', () => {
  const filter = '{grpc_status_filter: {statuses: [UNAVAILABLE, CANCELED]}}';
  const responseTrailers = new HeaderMap();
  responseTrailers.add('grpc-status', '1');
  equal(passes(filter, logContext({ responseTrailers })), true);
  equal(passes(filter, status(503)), true);
  equal(passes(filter, status(200)), false);
  equal(passes('{grpc_status_filter: {statuses: [OK], exclude: true}}', status(200)), true);
  equal(passes('{grpc_status_filter: {statuses: [UNKNOWN]}}', status(200)), true);
});

test('a share of requests is sampled by their id', () => {
  const filter = '{runtime_filter: {runtime_key: k, percent_sampled: {numerator: 50}}}';
  const withId = (id: string) => logContext({ requestHeaders: requestHeaders('/', [['x-request-id', id]]) });
  equal(passes(filter, withId('00000031-aaaa')), true);
  equal(passes(filter, withId('00000032-aaaa')), false);
  equal(passes(filter, withId('00000032-aaaa'), { k: 100 }), true);
});

test('metadata decides, also when it is missing', () => {
  const matcher = 'matcher: {filter: ns, path: [{key: k}], value: {string_match: {exact: v}}}';
  const info = (value: string) =>
    logContext({ info: streamInfo({ dynamicMetadata: new Map([['ns', { k: value }]]) }) });
  equal(passes(`{metadata_filter: {${matcher}}}`, info('v')), true);
  equal(passes(`{metadata_filter: {${matcher}}}`, info('w')), false);
  equal(passes(`{metadata_filter: {${matcher}}}`, logContext()), true);
  equal(passes(`{metadata_filter: {${matcher}, match_if_key_not_found: false}}`, logContext()), false);
});

test('file loggers read the current and the deprecated forms of their format', () => {
  const render = (fields: string): string => {
    const { value, problems } = readText(
      fileAccessLog.typeUrl,
      `{path: /tmp/x${fields}}`,
      fileAccessLog.parse,
    );
    deepEqual(problems, []);
    return compileSubstitutionFormat(value.format)(logContext());
  };
  equal(render(', format: "%PROTOCOL%\\n"'), 'HTTP/1.1\n');
  equal(render(', json_format: {c: "%RESPONSE_CODE%"}'), '{"c":"200"}\n');
  equal(render(', typed_json_format: {c: "%RESPONSE_CODE%"}'), '{"c":200}\n');
  equal(render(', log_format: {text_format_source: {inline_string: x}}'), 'x');
  equal(
    readText(fileAccessLog.typeUrl, '{path: /x}', fileAccessLog.parse).value.format.format,
    defaultLogFormat,
  );
});

test('a stream logger has the default line, and its format is checked', () => {
  const read = (yaml: string) => readText(stdoutAccessLog.typeUrl, yaml, stdoutAccessLog.parse);
  equal(read('{}').value.format.format, defaultLogFormat);
  deepEqual(read('{log_format: {text_format_source: {inline_string: "%NOPE%"}}}').problems, [
    'Not supported field in StreamInfo: NOPE',
  ]);
});

test('no request is traceable as long as requests are not traced', () => {
  equal(passes('{traceable_filter: {}}', logContext()), false);
});
