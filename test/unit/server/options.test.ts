import { deepEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions, UsageError } from '../../../src/server/options.js';

test('flags of Envoy that change nothing here are named', () => {
  const options = parseOptions([
    '-c',
    'a.yaml',
    '--base-id',
    '7',
    '--drain-strategy=immediate',
    '--concurrency',
    '1',
  ]);
  deepEqual(options.withoutEffect, ['base-id', 'drain-strategy']);
  deepEqual(parseOptions(['-c', 'a.yaml', '--disable-hot-restart']).withoutEffect, []);
});

test('a flag nobody knows is refused', () => {
  throws(() => parseOptions(['--no-such-flag']), UsageError);
});
