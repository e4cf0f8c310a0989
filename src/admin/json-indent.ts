/** A string, a bracket, a comma, a colon, or a literal. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gy;
const blanks = /\s*/y;

/** Characters made before the caller gets a turn. */
const pieceChars = 8192;

/**
 * JSON text as `JSON.stringify` with one space a level would print it, that many levels deep in a page, in pieces: a
 * resource may be megabytes long, and printing it at once would hold the thread.
 */
export function* indentJson(text: string, level: number): Generator<string, void> {
  let piece = ' '.repeat(level);
  let depth = level;
  let at = 0;
  let isAfterOpen = false;
  for (;;) {
    blanks.lastIndex = at;
    blanks.exec(text);
    token.lastIndex = blanks.lastIndex;
    const found = token.exec(text)?.[0];
    if (found === undefined) break;
    at = token.lastIndex;
    const isClose = found === '}' || found === ']';
    if (isClose) depth -= 1;
    // Empty brackets stay together.
    if (isClose !== isAfterOpen) piece += lineBreak(depth);
    isAfterOpen = found === '{' || found === '[';
    if (isAfterOpen) depth += 1;
    piece += found;
    if (found === ',') piece += lineBreak(depth);
    else if (found === ':') piece += ' ';
    if (piece.length < pieceChars) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function lineBreak(depth: number): string {
  return `\n${' '.repeat(depth)}`;
}
