import { equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withoutEnvoy } from '../support/envoy.js';
import { mainPath } from '../support/proxy.js';
import { repositoryRoot } from '../support/repository.js';

const folder = join(repositoryRoot, 'examples');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

test('there are examples', () => ok(files.length > 0));

for (const name of files) {
  test(`examples/${name} is valid and wholly supported`, () => {
    const args = [mainPath, '--mode', 'validate', '-c', join(folder, name)];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
    equal(stderr, '');
    equal(status, 0);
  });

  test(`examples/${name} is valid for Envoy`, { skip: withoutEnvoy }, () => {
    const baseId = String(process.pid % 30_000);
    const args = ['--mode', 'validate', '--disable-hot-restart', '--base-id', baseId, '-l', 'error', '-c'];
    const { status, stderr } = spawnSync('envoy', [...args, join(folder, name)], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    equal(status, 0, stderr);
  });
}
