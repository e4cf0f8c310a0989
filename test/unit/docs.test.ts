import { deepEqual, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { filesBelow, readRepositoryFile, repositoryRoot } from '../support/repository.js';

const pages = ['README.md', ...filesBelow('docs').filter((path) => path.endsWith('.md'))];
const named = /`((?:src|workers|test|examples|docs|bench|native-bench|dist)\/[\w./-]*)`/g;
const linked = /\]\((?!https?:)([^)#]+)[^)]*\)/g;

for (const page of pages) {
  const text = readRepositoryFile(page);

  test(`${page} names only files that exist`, () => {
    const paths = [...text.matchAll(named)].map((found) =>
      (found[1] ?? '').replace(/^dist\/(.*)\.js$/, '$1.ts'),
    );
    deepEqual(
      paths.filter((path) => !existsSync(join(repositoryRoot, path))),
      [],
    );
  });

  test(`${page} links only to pages that exist`, () => {
    const targets = [...text.matchAll(linked)].map((found) =>
      join(repositoryRoot, dirname(page), found[1] ?? ''),
    );
    deepEqual(
      targets.filter((path) => !existsSync(path)),
      [],
    );
  });
}

test('every hop of a request is described', () => {
  const text = readRepositoryFile('docs/life-of-a-request.md');
  for (let hop = 1; hop <= 8; hop++)
    ok(text.includes(`\n| ${hop} | \``) && text.includes(`\n## ${hop}. `), `hop ${hop}`);
});
