import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec as SpecReporter } from 'node:test/reporters';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RunSummary } from './support/run-summary.js';

/** Runs the test files below the named folders: `node --enable-source-maps dist/test/run.js unit integration`. */
const here = fileURLToPath(new URL('.', import.meta.url));
const concurrency = 2;
/** A file that takes longer hangs, however slow the machine is. */
const fileLimitMs = 900_000;

/** They start first, so that none of them is still at it when all the others are done. */
const longest: readonly string[] = [
  'integration/differential/filters',
  'integration/differential/basics',
  'integration/differential/network',
  'integration/differential/routing',
  'integration/differential/protocols',
  'integration/differential/redis',
  'integration/differential/manager',
  'conformance/config/single-mistakes',
  'integration/chaos/chaos',
  'integration/admin',
  'integration/clients/redis-clients',
  'integration/differential/http2',
  'integration/differential/tls/tls-differential',
];

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith('.test.js') ? [path] : [];
  });
}

/** Files that import a share of the test files each: a process takes longer to start than most unit tests to run. */
function sharedFiles(files: readonly string[], folder: string): string[] {
  return Array.from({ length: concurrency }, (_, share) => {
    const path = join(folder, `unit-${share + 1}-of-${concurrency}.mjs`);
    const imports = files
      .filter((_, i) => i % concurrency === share)
      .map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};\n`);
    writeFileSync(path, imports.join(''));
    return path;
  });
}

function rank(file: string): number {
  const place = longest.findIndex((name) => file === join(here, `${name}.test.js`));
  return place === -1 ? longest.length : place;
}

const folder = mkdtempSync(join(here, 'shares-'));
const names = process.argv.slice(2);
const files = (names.length > 0 ? names : ['unit', 'integration', 'conformance']).flatMap((name) => {
  const found = testFiles(join(here, name)).sort();
  return name === 'unit' ? sharedFiles(found, folder) : found;
});
files.sort((a, b) => rank(a) - rank(b));

const summary = new RunSummary();
const events = run({ files, concurrency, timeout: fileLimitMs });
events.on('test:complete', ({ name, details }) => {
  if (files.includes(name)) summary.onFile(relative(here, name), details.duration_ms);
});
events.on('test:diagnostic', ({ message }) => summary.onDiagnostic(message));
events.on('test:fail', () => {
  process.exitCode = 1;
});
const report = events.compose(new SpecReporter());
report.on('end', () => {
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`\n${summary.text()}`);
});
report.pipe(process.stdout);
