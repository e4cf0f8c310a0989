import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of `package.json`, wherever below it these tests were built to. */
export const repositoryRoot = rootAbove(dirname(fileURLToPath(import.meta.url)));

const notOurs = new Set(['node_modules', 'dist', 'coverage', '.git', '.build', '.fuzz', 'bench-results']);

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('no package.json above the tests');
  return rootAbove(parent);
}

/** The text of a file of the repository. */
export function readRepositoryFile(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

/** Paths of all files below a folder of the repository, relative to its root, in order. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(repositoryRoot, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : filesBelow(path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

/** What git tracks or would track; without git, every file that is not a product. */
export function repositoryFiles(): readonly string[] {
  try {
    const options = { cwd: repositoryRoot, encoding: 'utf8' } as const;
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], options);
    const paths = listed.split('\n').filter((path) => path !== '' && existsSync(join(repositoryRoot, path)));
    if (paths.length > 0) return paths;
  } catch {
    // No git here: the tree itself is asked.
  }
  return filesBelow('.').filter((path) => !path.endsWith('.log') && !path.endsWith('.cpuprofile'));
}
