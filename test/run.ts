import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs the test files below the named folders with Node's test runner: `node dist/test/run.js unit integration`. */
const here = fileURLToPath(new URL('.', import.meta.url));

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith('.test.js') ? [path] : [];
  });
}

const folders = process.argv.slice(2);
const files = (folders.length > 0 ? folders : ['unit', 'integration', 'conformance']).flatMap((name) =>
  testFiles(join(here, name)),
);
const child = spawn(
  process.execPath,
  [
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    '--test-timeout=240000',
    '--enable-source-maps',
    ...files.sort(),
  ],
  { stdio: 'inherit' },
);
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
