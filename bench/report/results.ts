import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest folder above this file that holds package.json, wherever the build was put inside the project. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return process.cwd();
    folder = parent;
  }
  return folder;
}

export interface Results {
  readonly json: unknown;
  readonly markdown?: string;
  readonly svg?: string;
}

/** Writes `bench-results/<name>.json`, `.md` and `.svg`, and answers the paths of what was written. */
export function writeResults(name: string, results: Results): string[] {
  const folder = join(projectRoot(), 'bench-results');
  mkdirSync(folder, { recursive: true });
  const files: [string, string | undefined][] = [
    ['json', `${JSON.stringify(results.json, null, 2)}\n`],
    ['md', results.markdown],
    ['svg', results.svg],
  ];
  const written: string[] = [];
  for (const [extension, text] of files) {
    if (text === undefined) continue;
    const path = join(folder, `${name}.${extension}`);
    writeFileSync(path, text);
    written.push(path);
  }
  return written;
}
