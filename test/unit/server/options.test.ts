import { deepEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions, UsageError } from '../../../src/server/options.js';

test('flags of Envoy that change nothing here are named', () => {
  const options = parseOptions([
    '-c',
    'a.yaml',
    '--base-id',
    '7',
    '--enable-mutex-tracing',
    '--concurrency',
    '1',
  ]);
  deepEqual(options.withoutEffect, ['base-id', 'enable-mutex-tracing']);
  deepEqual(parseOptions(['-c', 'a.yaml', '--disable-hot-restart']).withoutEffect, []);
});

test('a flag nobody knows is refused', () => {
  throws(() => parseOptions(['--no-such-flag']), UsageError);
});

test('levels of single loggers and tags for every stat are read', () => {
  const options = parseOptions([
    '--component-log-level',
    'upstream:debug,admin:off',
    '--stats-tag',
    'pod:a-1',
  ]);
  deepEqual(
    [...options.componentLogLevels],
    [
      ['upstream', 'debug'],
      ['admin', 'off'],
    ],
  );
  deepEqual(options.statsTags, [['pod', 'a-1']]);
});

for (const args of [
  ['--component-log-level', 'nobody:debug'],
  ['--component-log-level', 'admin:loud'],
  ['--component-log-level', 'admin'],
  ['--stats-tag', 'pod'],
  ['--stats-tag', 'po d:a'],
]) {
  test(`${args.join(' ')} is refused`, () => {
    throws(() => parseOptions(args), UsageError);
  });
}
