/**
 * The words of a command typed by hand, as Redis splits a line: at white space, with `"…"` (escapes `\n \r \t \b \a
 * \xhh` and any other character for itself) and `'…'` (escape `\'`). Null when a quote stays open or something follows
 * one at once.
 */
export function splitInlineCommand(line: string): readonly string[] | null {
  const words: string[] = [];
  let at = skipSpace(line, 0);
  while (at < line.length) {
    const word = readWord(line, at);
    if (word === null) return null;
    words.push(word.text);
    at = skipSpace(line, word.end);
  }
  return words;
}

interface Word {
  readonly text: string;
  readonly end: number;
}

const space = /\s/;
const escapes: { readonly [letter: string]: string } = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function skipSpace(line: string, from: number): number {
  let at = from;
  while (at < line.length && space.test(line.charAt(at))) at++;
  return at;
}

function readWord(line: string, from: number): Word | null {
  let text = '';
  let at = from;
  while (at < line.length && !space.test(line.charAt(at))) {
    const mark = line.charAt(at);
    if (mark !== '"' && mark !== "'") {
      text += mark;
      at++;
      continue;
    }
    const quoted = at > from ? null : readQuoted(line, at + 1, mark);
    if (quoted === null || (quoted.end < line.length && !space.test(line.charAt(quoted.end)))) return null;
    return quoted;
  }
  return { text, end: at };
}

function readQuoted(line: string, from: number, mark: string): Word | null {
  let text = '';
  let at = from;
  while (at < line.length) {
    const letter = line.charAt(at);
    if (letter === mark) return { text, end: at + 1 };
    if (letter !== '\\') {
      text += letter;
      at++;
      continue;
    }
    const next = line.charAt(at + 1);
    if (mark === "'") {
      text += next === "'" ? "'" : '\\';
      at += next === "'" ? 2 : 1;
      continue;
    }
    const hex = /^x[0-9a-f]{2}/i.exec(line.slice(at + 1, at + 4));
    text +=
      hex === null ? (escapes[next] ?? next) : String.fromCharCode(Number.parseInt(hex[0].slice(1), 16));
    at += hex === null ? 2 : 4;
  }
  return null;
}
