import ts from 'typescript';
import type { SourceFile } from './imports.js';

/** A function that is longer than it may be. */
export interface LongFunction {
  readonly path: string;
  readonly line: number;
  readonly lines: number;
}

/** Functions and methods of more than `wall` lines, from their first line to their closing brace. */
export function longFunctions(
  file: Pick<SourceFile, 'path' | 'text'>,
  wall: number,
): readonly LongFunction[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true);
  const found: LongFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
      const lines = source.getLineAndCharacterOfPosition(node.end).line - first + 1;
      if (lines > wall) found.push({ path: file.path, line: first + 1, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
