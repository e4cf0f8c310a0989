import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's `node_modules`, wherever the tests were compiled to. */
export function nodeModules(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'node_modules/protobufjs'))) directory = dirname(directory);
  return join(directory, 'node_modules');
}
