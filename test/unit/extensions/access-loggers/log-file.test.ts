import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LogFiles } from '../../../../src/extensions/access-loggers/log-files.js';
import { logScope } from '../../../support/log-scope.js';

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-log-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** Lets the event loop turn until the file system has done its part. */
async function turnsUntil(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
}

test('lines are kept until the interval has passed, then written in order', async (t) => {
  const path = join(directory(t), 'a.log');
  const { scope, time, stats } = logScope();
  const files = new LogFiles();
  const file = files.open(path, scope);
  file.write('one\n');
  file.write('two\u00c3\u00a9\n');
  time.advance(9_900);
  equal(stats.get('filesystem.flushed_by_timer'), undefined);
  equal(stats.get('filesystem.write_total_buffered'), 10);
  time.advance(200);
  equal(stats.get('filesystem.flushed_by_timer'), 1);
  await files.closeAll();
  equal(readFileSync(path, 'utf8'), 'one\ntwo\u00e9\n');
  equal(stats.get('filesystem.write_buffered'), 2);
  equal(stats.get('filesystem.write_total_buffered'), 0);
});

test('a full buffer is written without waiting, lines of any length among it', async (t) => {
  const path = join(directory(t), 'b.log');
  const { scope, stats } = logScope();
  const files = new LogFiles({ intervalMs: 10_000, minBytes: 1024 });
  const file = files.open(path, scope);
  const lines = ['a'.repeat(700), 'b'.repeat(700), 'c'.repeat(20_000), 'd'].map((text) => `${text}\n`);
  for (const line of lines) file.write(line);
  equal(stats.get('filesystem.flushed_by_timer'), undefined);
  await files.closeAll();
  equal(readFileSync(path, 'latin1'), lines.join(''));
});

test('a path is opened once, however often it is asked for', (t) => {
  const path = join(directory(t), 'c.log');
  const { scope } = logScope();
  const files = new LogFiles();
  t.after(() => files.closeAll());
  equal(files.open(path, scope), files.open(path, scope));
});

test('after a rotation reopening goes on in a new file', async (t) => {
  const path = join(directory(t), 'd.log');
  const { scope, stats } = logScope();
  const files = new LogFiles();
  const file = files.open(path, scope);
  file.write('before\n');
  files.flushAll();
  await turnsUntil(() => stats.get('filesystem.write_completed') === 1);
  renameSync(path, `${path}.1`);
  files.reopenAll();
  file.write('after\n');
  await files.closeAll();
  equal(readFileSync(`${path}.1`, 'utf8'), 'before\n');
  equal(readFileSync(path, 'utf8'), 'after\n');
  equal(stats.get('filesystem.reopen_failed'), undefined);
});

test('a file that cannot be opened is counted and told once, and nobody is thrown at', async (t) => {
  const { scope, stats, warnings } = logScope();
  const files = new LogFiles({ intervalMs: 10_000, minBytes: 8 });
  const file = files.open(join(directory(t), 'none', 'e.log'), scope);
  file.write('0123456789\n');
  await turnsUntil(() => warnings.length > 0);
  file.write('0123456789\n');
  file.write('0123456789\n');
  await files.closeAll();
  equal(warnings.length, 1);
  match(warnings[0] ?? '', /ENOENT/);
  equal(stats.get('filesystem.write_failed'), 4);
  equal(stats.get('filesystem.write_total_buffered'), 0);
});

test('a full disk is counted, told once and forgotten when it has room again', async () => {
  const { scope, stats, warnings } = logScope();
  const files = new LogFiles({ intervalMs: 10_000, minBytes: 8 });
  const file = files.open('/dev/full', scope);
  for (let i = 0; i < 3; i++) {
    const failed = stats.get('filesystem.write_failed') ?? 0;
    file.write('0123456789\n');
    await turnsUntil(() => (stats.get('filesystem.write_failed') ?? 0) > failed);
  }
  deepEqual(warnings, ['access log /dev/full: ENOSPC: no space left on device, write']);
  await files.closeAll();
});
