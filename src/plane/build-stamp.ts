import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * What the program's files held when this thread loaded them. Threads meet over shared memory whose layout is their
 * code: a worker that was started from files replaced since then would misread it, and compares this first.
 */
export const buildStamp: string = stampOf(
  ['..', '../../workers'].map((it) => fileURLToPath(new URL(it, import.meta.url))),
);

/** A digest over every compiled file below the folders: names and contents. */
export function stampOf(folders: readonly string[]): string {
  const hash = createHash('sha1');
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (entry.name.endsWith('.js'))
        hash.update(entry.name).update('\0').update(readFileSync(path)).update('\0');
    }
  };
  for (const folder of folders) visit(folder);
  return hash.digest('base64url');
}
