import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { parseApplicationLog } from '../../../src/config/application-log.js';
import { compileLogFormat } from '../../../src/server/log-format.js';
import { readText } from '../../support/config-text.js';

function read(logFormat: string): readonly [string | null, readonly string[]] {
  const type = 'envoy.config.bootstrap.v3.Bootstrap';
  const { value, problems } = readText(type, `application_log_config: ${logFormat}`, (root) =>
    parseApplicationLog(root.message('application_log_config')),
  );
  return [value, problems];
}

const line = { level: 'info', logger: 'main', text: 'a "b"\n' };

test('lines of the process log are patterns of text or of JSON', () => {
  deepEqual(read('{}'), [null, []]);
  deepEqual(read('{log_format: {text_format: "[%l] %v"}}'), ['[%l] %v', []]);
  const [pattern] = read('{log_format: {json_format: {level: "%l", by: {name: "%n"}, n: 1, message: "%j"}}}');
  deepEqual(JSON.parse(compileLogFormat(pattern ?? '')(line, new Date(0))), {
    level: 'info',
    by: { name: 'main' },
    n: 1,
    message: 'a "b"\n',
  });
});

test('flags whose text is not quoted have no place in JSON', () => {
  for (const flag of ['%v', '%_']) {
    const text = `setJsonLogFormat error: INVALID_ARGUMENT: Usage of ${flag} is unavailable for JSON log formats`;
    deepEqual(read(`{log_format: {json_format: {a: "x ${flag}"}}}`), [null, [text]]);
  }
});
