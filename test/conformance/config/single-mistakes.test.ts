import { equal, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { LoadResult } from '../../../src/plane/jobs.js';
import load from '../../../workers/job.js';
import { withoutEnvoy } from '../../support/envoy.js';
import { baseBootstrap } from './base-bootstrap.js';
import type { SingleChange } from './single-change.js';
import { singleMistakes } from './single-mistakes.js';

const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const unchanged: SingleChange = {
  name: 'no change',
  find: 'node:',
  put: 'node:',
  verdict: 'accept',
  told: null,
};
const changes = [unchanged, ...singleMistakes];

function textOf({ find, put }: SingleChange): string {
  return baseBootstrap.replace(find, () => put);
}

function fileOf(change: SingleChange): string {
  const path = join(folder, `${changes.indexOf(change)}.yaml`);
  writeFileSync(path, textOf(change));
  return path;
}

function verdictOf({ problems, unsupported }: LoadResult): string {
  if (problems.length > 0) return 'refuse';
  return unsupported.length > 0 ? 'not supported' : 'accept';
}

/** Lines of the changed text, counted from one; the line behind them too when nothing stands there any more. */
function changedLines({ find, put }: SingleChange): readonly number[] {
  const first = baseBootstrap.slice(0, baseBootstrap.indexOf(find)).split('\n').length;
  return put.split('\n').map((_, i) => first + i);
}

function isWellPlaced(change: SingleChange, { problems }: LoadResult): boolean {
  const lines = textOf(change).split('\n');
  const changed = changedLines(change);
  return problems.some(({ location }) => {
    const line = Number(location.split(':').at(-2));
    if (change.told === null) return changed.includes(line);
    return (lines[line - 1] ?? '').includes(change.told);
  });
}

describe('a file with one change is judged as Envoy judges it:', () => {
  for (const change of changes) {
    test(`${change.name}, ${change.verdict}`, async () => {
      equal(baseBootstrap.split(change.find).length, 2, 'the text to change occurs once');
      const result = await load({ path: fileOf(change), modules: [], allowUnknownFields: false });
      const told = [...result.problems, ...result.unsupported];
      const text = told.map(({ location, message }) => `${location} ${message}`).join('\n');
      equal(verdictOf(result), change.verdict, text);
      if (change.verdict === 'refuse') ok(isWellPlaced(change, result), text);
    });
  }
});

/** Whether Envoy takes the file. */
function askEnvoy(change: SingleChange): Promise<string> {
  const path = fileOf(change);
  const baseId = String(1 + (process.pid % 30_000));
  const args = ['--mode', 'validate', '--disable-hot-restart', '--base-id', baseId, '-l', 'off', '-c', path];
  return new Promise((resolve) =>
    execFile('envoy', args, { timeout: 30_000 }, (error) => resolve(error === null ? 'accept' : 'refuse')),
  );
}

test('Envoy itself judges so', { skip: withoutEnvoy, timeout: 200_000 }, async () => {
  const waiting = [...changes];
  const wrong: string[] = [];
  const askInTurn = async (): Promise<void> => {
    for (let change = waiting.pop(); change !== undefined; change = waiting.pop()) {
      const verdict = await askEnvoy(change);
      if (verdict !== change.verdict) wrong.push(`${change.name}: ${verdict}`);
    }
  };
  await Promise.all([askInTurn(), askInTurn(), askInTurn()]);
  equal(wrong.join('\n'), '');
});
