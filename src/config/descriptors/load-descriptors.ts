import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

/** The text that the build wrote beside this file; see `notation.ts` for its form. */
export function loadDescriptors(): string {
  return brotliDecompressSync(
    readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'v3.txt.br')),
  ).toString();
}
