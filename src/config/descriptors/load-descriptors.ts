import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { programFile } from '../program-file.js';

/** The text that the build wrote; see `notation.ts` for its form. */
export function loadDescriptors(): string {
  return brotliDecompressSync(readFileSync(programFile('v3.txt.br'))).toString();
}
