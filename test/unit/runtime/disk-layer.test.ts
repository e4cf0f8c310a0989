import { deepEqual, equal, throws } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { diskLayerPath, readDiskLayer } from '../../../src/runtime/disk-layer.js';

function folder(t: TestContext, files: { readonly [path: string]: string }): string {
  const root = mkdtempSync(join(tmpdir(), 'disk-layer-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test('files are values under their dotted paths, without blanks at the end', (t) => {
  const root = folder(t, { 'health/panic': '7\n', text: '  two words \n', '.hidden': 'x', empty: '' });
  deepEqual(readDiskLayer(root), { 'health.panic': '7', text: '  two words', '.hidden': 'x', empty: '' });
});

test('comment lines go; the others keep their line ends', (t) => {
  deepEqual(readDiskLayer(folder(t, { k: '# why\n3 \n# end\n' })), { k: '3 \n' });
});

test('a directory that is not there throws', () => {
  throws(() => readDiskLayer('/no/such/directory'));
});

test('the name of the cluster may be the last part of the path', () => {
  const config = { symlinkRoot: '/srv/runtime/current', subdirectory: 'envoy', appendsServiceCluster: false };
  equal(diskLayerPath(config, 'web'), '/srv/runtime/current/envoy');
  equal(diskLayerPath({ ...config, appendsServiceCluster: true }, 'web'), '/srv/runtime/current/envoy/web');
  equal(diskLayerPath({ ...config, subdirectory: '' }, 'web'), '/srv/runtime/current');
});
