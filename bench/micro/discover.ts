import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bench } from 'tinybench';

/** A file of this folder that measures something: it exports `add(bench)`. */
export interface MicroBench {
  /** Path below `bench/micro`, without extension: `codec/http1/parser`. */
  readonly name: string;
  readonly add: (bench: Bench) => void | Promise<void>;
}

/** Every module below the folder that exports `add`, in the order of names. Others are support and are passed over. */
export async function discover(folder: string, own: readonly string[]): Promise<MicroBench[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js') && !own.includes(file))
    .sort();
  const found: MicroBench[] = [];
  for (const file of files) {
    const path = join(folder, file);
    const loaded: unknown = await import(pathToFileURL(path).href);
    const name = relative(folder, path).replaceAll('\\', '/').replace(/\.js$/, '');
    if (isMicroBench(loaded)) found.push({ name, add: loaded.add });
  }
  return found;
}

function isMicroBench(loaded: unknown): loaded is Pick<MicroBench, 'add'> {
  return typeof loaded === 'object' && loaded !== null && 'add' in loaded && typeof loaded.add === 'function';
}
