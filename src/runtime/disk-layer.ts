import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Plain } from '../base/plain.js';

/** Largest file that counts as a value, and how many a layer may have. */
const maxFileBytes = 1024 * 1024;
const maxFiles = 10_000;
const maxDepth = 32;

/** `LayeredRuntime.RuntimeLayer.DiskLayer`, read. */
export type DiskLayerConfig = {
  readonly symlinkRoot: string;
  readonly subdirectory: string;
  readonly appendsServiceCluster: boolean;
};

/** Where the files of a layer lie now; the symbolic link is part of the path. */
export function diskLayerPath(config: DiskLayerConfig, serviceCluster: string): string {
  const base =
    config.subdirectory === '' ? config.symlinkRoot : join(config.symlinkRoot, config.subdirectory);
  return config.appendsServiceCluster ? join(base, serviceCluster) : base;
}

/** Whether there is anything at that path. */
export function pathExists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The files below a directory by dotted path; throws what the file system says, or what is too much. */
export function readDiskLayer(path: string): { readonly [key: string]: Plain } {
  const values: { [key: string]: Plain } = {};
  readInto(values, path, '', 0);
  return values;
}

function readInto(values: { [key: string]: Plain }, path: string, prefix: string, depth: number): void {
  if (depth > maxDepth) throw new Error(`${path}: too deep`);
  for (const entry of readdirSync(path)) {
    const inner = join(path, entry);
    const key = prefix === '' ? entry : `${prefix}.${entry}`;
    const status = statSync(inner);
    if (status.isDirectory()) readInto(values, inner, key, depth + 1);
    else if (status.isFile()) {
      if (status.size > maxFileBytes) throw new Error(`${inner}: larger than ${maxFileBytes} bytes`);
      if (Object.keys(values).length >= maxFiles) throw new Error(`${path}: more than ${maxFiles} files`);
      values[key] = valueText(readFileSync(inner, 'utf8'));
    }
  }
}

/** Without blanks at the end; a file with comments gives its other lines, each with its line end. */
function valueText(text: string): string {
  const trimmed = text.trimEnd();
  const lines = trimmed.split('\n');
  if (!lines.some((line) => line.startsWith('#'))) return trimmed;
  return lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => `${line}\n`)
    .join('');
}
