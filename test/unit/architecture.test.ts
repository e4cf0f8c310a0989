import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { longFunctions } from '../support/architecture/function-lengths.js';
import { readSource, type SourceFile } from '../support/architecture/imports.js';
import {
  allowed,
  fileLinesWall,
  functionLinesWall,
  layers,
  longFiles,
} from '../support/architecture/layers.js';
import { violations } from '../support/architecture/rules.js';
import { filesBelow, readRepositoryFile, repositoryFiles } from '../support/repository.js';

const isSource = (path: string): boolean => path.endsWith('.ts') && !path.endsWith('.d.ts');
const sources: readonly SourceFile[] = [...filesBelow('src'), ...filesBelow('workers')]
  .filter(isSource)
  .map((path) => readSource(path, readRepositoryFile(path)));

/** What a made-up tree breaks. */
function broken(tree: { readonly [path: string]: string }): string {
  return violations(Object.entries(tree).map(([path, text]) => readSource(path, text))).join('\n');
}

describe('the layers', () => {
  test('imports point down, without cycles, and built-ins stay where they belong', () => {
    deepEqual(violations(sources), []);
  });

  test('every allowed exception is in use', () => {
    const unused = allowed.filter(
      ({ from, to }) =>
        !sources.some((it) => it.path.startsWith(from) && it.imports.some((one) => one.to === to)),
    );
    deepEqual(unused, []);
  });

  test('the table names only Node modules as built-ins', () => {
    for (const [folder, { builtIns }] of Object.entries(layers)) {
      for (const name of builtIns) ok(name.startsWith('node:'), `${folder}: ${name}`);
    }
  });
});

describe('the layer rules report', () => {
  test('an import by base', () => {
    match(
      broken({ 'src/base/a.ts': "import { b } from '../api/b.js';\n" }),
      /src\/base\/a\.ts:1: .*\(rule 1\)/,
    );
  });

  test('an import between folders of the same number, and one that points up', () => {
    match(
      broken({ 'src/route/a.ts': "import type { B } from '../network/b.js';\n" }),
      /same number.*\(rule 2\)/,
    );
    match(
      broken({ 'src/route/a.ts': "\nimport { B } from '../http/b.js';\n" }),
      /a\.ts:2: .*above.*\(rule 2\)/,
    );
  });

  test('a timer in a codec', () => {
    match(
      broken({ 'src/codec/a.ts': 'export const t = setTimeout(() => 0, 1);\n' }),
      /setTimeout.*\(rule 3\)/,
    );
    match(broken({ 'src/codec/a.ts': "import { Timer } from '../base/timer-wheel.js';\n" }), /\(rule 3\)/);
    match(
      broken({ 'src/match/a.ts': "import type { Logger } from '../api/thread-scope.js';\n" }),
      /\(rule 3\)/,
    );
  });

  test('an extension that imports another, but not what its kind shares', () => {
    const other = "import { b } from '../../network/b/b.js';\n";
    match(broken({ 'src/extensions/filters/http/a/a.ts': other }), /\(rule 4\)/);
    const shared = "import { b } from '../udp-sender.js';\n";
    deepEqual(broken({ 'src/extensions/stat-sinks/a/a.ts': shared }), '');
  });

  test('an import of the server or of a worker', () => {
    match(broken({ 'workers/a.ts': "import { b } from '../src/server/b.js';\n" }), /\(rule 5\)/);
    match(broken({ 'src/main.ts': "import { b } from '../workers/b.js';\n" }), /\(rule 5\)/);
    deepEqual(broken({ 'src/main.ts': "import { b } from './server/b.js';\n" }), '');
  });

  test('cycles of values anywhere, cycles of types outside of api', () => {
    const cycle = (folder: string, word: string) => ({
      [`src/${folder}/a.ts`]: `import ${word} { B } from './b.js';\n`,
      [`src/${folder}/b.ts`]: "import { type X, type A } from './a.js';\n",
    });
    match(
      broken({
        'src/http/a.ts': "import {\n  B\n} from './b.js';\n",
        'src/http/b.ts': "import { A } from './a.js';\n",
      }),
      /values \(rule 6\)/,
    );
    match(broken(cycle('http', 'type')), /types \(rule 6\)/);
    match(broken(cycle('http', '')), /types \(rule 6\)/);
    deepEqual(broken(cycle('api', 'type')), '');
  });

  test('an index file that re-exports', () => {
    match(broken({ 'src/route/index.ts': "export { a } from './a.js';\n" }), /\(rule 6\)/);
  });

  test('a built-in outside of its folder', () => {
    match(broken({ 'src/http/a.ts': "import { Worker } from 'node:worker_threads';\n" }), /\(rule 7\)/);
    match(broken({ 'src/upstream/pool/a.ts': "import dns from 'node:dns';\n" }), /\(rule 7\)/);
    match(broken({ 'src/route/a.ts': "const a = await import('node:net');\n" }), /\(rule 7\)/);
  });

  test('a folder that the table does not know', () => {
    match(broken({ 'src/misc/a.ts': '' }), /no layer/);
  });
});

const anyType = /(?:(?:[:<]|[^|]\||[^&]&)\s*any\b(?!\s*[.:(])|\bas any\b|\bany\[\])/;

/** Code without comments and without the insides of strings. */
function codeOnly(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, (it) =>
    it.replace(/[^\n]/g, ' '),
  );
}

describe('the house', () => {
  const typescript = repositoryFiles().filter((path) => path.endsWith('.ts'));

  test(`no file is longer than ${fileLinesWall} lines, except those listed`, () => {
    const long = typescript.filter((path) => readRepositoryFile(path).split('\n').length - 1 > fileLinesWall);
    deepEqual(
      long.filter((path) => !longFiles.includes(path)),
      [],
    );
    deepEqual(
      longFiles.filter((path) => !long.includes(path)),
      [],
      'listed, but short enough',
    );
  });

  test(`no function of the program is longer than ${functionLinesWall} lines`, () => {
    const body = '\n'.repeat(functionLinesWall - 1);
    equal(longFunctions({ path: 'a.ts', text: `function f() {${body}}` }, functionLinesWall).length, 0);
    equal(longFunctions({ path: 'a.ts', text: `const f = () => {${body}\n};` }, functionLinesWall).length, 1);
    deepEqual(
      sources.flatMap((file) => longFunctions(file, functionLinesWall)),
      [],
    );
  });

  test('nothing has the type any', () => {
    ok(
      anyType.test('const a: any = 1') &&
        anyType.test('x as any') &&
        !anyType.test("codeOf('any: any')".slice(0, 6)),
    );
    const found = typescript.flatMap((path) =>
      codeOnly(readRepositoryFile(path))
        .split('\n')
        .flatMap((line, i) => (anyType.test(line) ? [`${path}:${i + 1}`] : [])),
    );
    deepEqual(found, []);
  });

  test('no file speaks of the machine that it was written on', () => {
    const places =
      /\/(?:work|root)\/|registry\.(?:npmjs|yarnpkg)\.|\/\/[\w.-]*(?:artifactory|nexus|verdaccio|pypi)[\w.-]*/;
    const found = repositoryFiles()
      .filter((path) => !/\.(png|gz|bin|pb)$/.test(path))
      .flatMap((path) =>
        readRepositoryFile(path)
          .split('\n')
          .flatMap((line, i) => (places.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 80)}`] : [])),
      );
    deepEqual(found, []);
  });

  test('the lockfile names no download address', () => {
    ok(!readRepositoryFile('package-lock.json').includes('"resolved"'));
  });
});
