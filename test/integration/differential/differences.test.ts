import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { readRepositoryFile } from '../../support/repository.js';
import { acceptedDifferences } from './accepted-differences.js';

test('the document explains every accepted difference, and no other', () => {
  const [compared = ''] = readRepositoryFile('docs/differences.md').split('\n# Outside of the compared');
  const headings = [...compared.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  deepEqual(headings, [...new Set(acceptedDifferences.map(({ title }) => title))]);
});
