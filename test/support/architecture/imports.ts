import { posix } from 'node:path';

/** One import or re-export of a source file. */
export interface Import {
  /** A path of the repository (`src/base/clock.ts`), a package (`pino`) or a built-in (`node:net`). */
  readonly to: string;
  readonly line: number;
  /** Gone after compilation: it makes no cycle at run time. */
  readonly isType: boolean;
  readonly isReExport: boolean;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const statement = /^(import|export)\s+(type\s+)?([^'";]*?\s+from\s+)?'([^']+)'/gm;
const dynamic = /\bimport\(\s*'([^']+)'\s*\)/g;

/** Reads the imports of one file. The code is formatted, so that a statement begins its line. */
export function readSource(path: string, text: string): SourceFile {
  const imports: Import[] = [];
  for (const match of text.matchAll(statement)) {
    const [whole, keyword, typeWord, clause = '', name = ''] = match;
    if (keyword === 'export' && clause === '') continue;
    imports.push({
      to: resolve(path, name),
      line: lineAt(text, match.index + whole.length),
      isType: typeWord !== undefined || hasOnlyTypes(clause),
      isReExport: keyword === 'export',
    });
  }
  for (const match of text.matchAll(dynamic)) {
    const line = lineAt(text, match.index);
    imports.push({ to: resolve(path, match[1] ?? ''), line, isType: false, isReExport: false });
  }
  return { path, text, imports };
}

function hasOnlyTypes(clause: string): boolean {
  const names = /^\s*\{([^}]*)\}/.exec(clause)?.[1];
  if (names === undefined) return false;
  const listed = names.split(',').map((it) => it.trim());
  return listed.every((name) => name === '' || name.startsWith('type '));
}

function resolve(from: string, name: string): string {
  if (!name.startsWith('.')) return name;
  return posix.join(posix.dirname(from), name).replace(/\.js$/, '.ts');
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
