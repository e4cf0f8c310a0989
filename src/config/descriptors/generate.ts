import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

/** Build step: the `.proto` files and the overlay become one compressed text at the root of the build's output. */
const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, '../../../v3.txt.br');

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function packageRoot(): string {
  for (let directory = here; ; directory = dirname(directory)) {
    if (modified(join(directory, 'node_modules/@grpc/grpc-js-xds/package.json')) > 0) return directory;
    if (directory === dirname(directory)) throw new Error('@grpc/grpc-js-xds is not installed');
  }
}

function newestInput(root: string): number {
  const inputs = [join(root, 'node_modules/@grpc/grpc-js-xds/package.json')];
  for (const directory of [here, join(here, 'overlay')]) {
    for (const name of readdirSync(directory)) if (name.endsWith('.js')) inputs.push(join(directory, name));
  }
  return Math.max(...inputs.map(modified));
}

async function generate(root: string): Promise<void> {
  // Loaded only when there is work, so that an unchanged build costs nothing.
  const { loadProtoFiles } = await import('./proto-source.js');
  const { applyOverlay } = await import('./overlay/all.js');
  const { printSchemas } = await import('./notation.js');
  const schemas = loadProtoFiles(join(root, 'node_modules'));
  applyOverlay(schemas);
  const text = Buffer.from(printSchemas(schemas));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
  writeFileSync(output, brotliCompressSync(text, { params }));
}

const root = packageRoot();
if (modified(output) < newestInput(root)) await generate(root);
