import { accessSync, constants, existsSync, statSync } from 'node:fs';
import type { ConfigNode } from '../../api/config-node.js';

const texts: { readonly [code: string]: string } = {
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EROFS: 'Read-only file system',
};

export function readLogPath(node: ConfigNode, field: string): string {
  const path = node.string(field);
  const problem = path === '' ? undefined : logPathProblem(path);
  if (problem !== undefined) node.error(problem, field);
  return path;
}

/** Why no log can be written to a path, in Envoy's words; undefined when one can. Nothing is created. */
export function logPathProblem(path: string): string | undefined {
  const code = existsSync(path)
    ? fileProblem(path)
    : accessProblem(path.slice(0, path.lastIndexOf('/') + 1) || '.');
  return code === undefined ? undefined : `unable to open file '${path}': ${texts[code] ?? code}`;
}

function fileProblem(path: string): string | undefined {
  return statSync(path).isDirectory() ? 'EISDIR' : accessProblem(path);
}

function accessProblem(path: string): string | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'ENOENT';
  }
}
