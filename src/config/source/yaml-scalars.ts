import { SourceSyntaxError } from './source-text.js';

/** Ends a scalar that was begun: its value and the offset behind it. */
export interface Scanned {
  readonly value: string;
  readonly end: number;
}

const LF = 10;
const CR = 13;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const HEX_WIDTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Joins the lines of a folded scalar: one break is a space, each further one a line feed. */
export function foldLines(lines: readonly string[]): string {
  let out = lines[0] ?? '';
  let breaks = 0;
  for (const line of lines.slice(1)) {
    breaks++;
    if (line === '') continue;
    out += breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
    out += line;
    breaks = 0;
  }
  if (breaks > 0) out += breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
  return out;
}

function foldQuoted(raw: string): string {
  if (!raw.includes('\n')) return raw;
  const lines = raw.split('\n');
  const last = lines.length - 1;
  return foldLines(
    lines.map((line, index) => {
      const head = index === 0 ? line : line.replace(/^[ \t]+/, '');
      return index === last ? head : head.replace(/[ \t\r]+$/, '');
    }),
  );
}

/** From the opening `'` at `at`. */
export function scanSingleQuoted(text: string, at: number): Scanned {
  let end = at + 1;
  for (;;) {
    end = text.indexOf("'", end);
    if (end < 0) throw new SourceSyntaxError("the closing ' of this string is missing", at);
    if (text[end + 1] !== "'") break;
    end += 2;
  }
  const raw = text.slice(at + 1, end);
  const folded = foldQuoted(raw);
  return { value: folded.includes("''") ? folded.replaceAll("''", "'") : folded, end: end + 1 };
}

function scanEscape(text: string, at: number): Scanned {
  const letter = text[at + 1] ?? '';
  const width = HEX_WIDTH[letter];
  if (width === undefined) {
    const value = SIMPLE_ESCAPES[letter];
    if (value === undefined) throw new SourceSyntaxError(`unknown escape \\${letter}`, at);
    return { value, end: at + 2 };
  }
  const digits = text.slice(at + 2, at + 2 + width);
  const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === width ? Number.parseInt(digits, 16) : -1;
  if (code < 0 || code > 0x10ffff) throw new SourceSyntaxError(`\\${letter} needs ${width} hex digits`, at);
  return {
    value: code > 0xffff ? String.fromCodePoint(code) : String.fromCharCode(code),
    end: at + 2 + width,
  };
}

/** An escaped line break joins its lines without a space. */
function skipEscapedBreak(text: string, at: number): number {
  let end = at + 1;
  if (text.charCodeAt(end) === CR) end++;
  end++;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return end;
}

/** From the opening `"` at `at`. */
export function scanDoubleQuoted(text: string, at: number): Scanned {
  const plainEnd = text.indexOf('"', at + 1);
  if (plainEnd < 0) throw new SourceSyntaxError('the closing " of this string is missing', at);
  const simple = text.slice(at + 1, plainEnd);
  if (!simple.includes('\\') && !simple.includes('\n')) return { value: simple, end: plainEnd + 1 };
  let out = '';
  let from = at + 1;
  for (let end = from; ; ) {
    const code = text.charCodeAt(end);
    if (Number.isNaN(code)) throw new SourceSyntaxError('the closing " of this string is missing', at);
    if (code === 0x22) return { value: out + foldQuoted(text.slice(from, end)), end: end + 1 };
    if (code !== 0x5c) {
      end++;
      continue;
    }
    const next = text.charCodeAt(end + 1);
    const isBreak = next === LF || (next === CR && text.charCodeAt(end + 2) === LF);
    out += foldQuoted(text.slice(from, end));
    if (isBreak) {
      end = skipEscapedBreak(text, end);
    } else {
      const escaped = scanEscape(text, end);
      out += escaped.value;
      end = escaped.end;
    }
    from = end;
  }
}

interface BlockHeader {
  readonly isFolded: boolean;
  readonly chomp: string;
  /** Explicit indentation, or 0. */
  readonly indent: number;
}

function blockHeader(line: string, at: number): BlockHeader {
  const match = /^([|>])(?:([1-9])([+-]?)|([+-])([1-9])?)?[ \t\r]*(?:[ \t]#.*)?$/.exec(line);
  if (match === null) throw new SourceSyntaxError(`not a block scalar header: ${line.trim()}`, at);
  return {
    isFolded: match[1] === '>',
    chomp: match[3] || match[4] || '',
    indent: Number(match[2] ?? match[5] ?? 0),
  };
}

function indentOf(line: string): number {
  let indent = 0;
  while (line.charCodeAt(indent) === 32) indent++;
  return indent;
}

/** Folding keeps breaks around lines that are indented more. */
function foldBlock(lines: readonly string[]): string {
  let out = '';
  let breaks = 0;
  let isFirst = true;
  let wasMore = false;
  for (const line of lines) {
    if (line === '') {
      breaks++;
      continue;
    }
    const isMore = line.startsWith(' ') || line.startsWith('\t');
    if (isFirst) out += '\n'.repeat(breaks);
    else if (isMore || wasMore) out += '\n'.repeat(breaks + 1);
    else out += breaks === 0 ? ' ' : '\n'.repeat(breaks);
    out += line;
    breaks = 0;
    isFirst = false;
    wasMore = isMore;
  }
  return out;
}

/** A `|` or `>` scalar whose header starts at `at`; `parentIndent` is the column of what it belongs to. */
export function scanBlockScalar(text: string, at: number, parentIndent: number): Scanned {
  let lineEnd = text.indexOf('\n', at);
  if (lineEnd < 0) lineEnd = text.length;
  const header = blockHeader(text.slice(at, lineEnd), at);
  let indent = header.indent === 0 ? -1 : Math.max(parentIndent, 0) + header.indent;
  const lines: string[] = [];
  let end = Math.min(lineEnd + 1, text.length);
  while (end < text.length) {
    let next = text.indexOf('\n', end);
    if (next < 0) next = text.length;
    let line = text.slice(end, next);
    if (line.endsWith('\r')) line = line.slice(0, -1);
    const own = indentOf(line);
    const isBlank = own === line.length;
    if (indent < 0 && !isBlank) indent = Math.max(own, parentIndent + 1);
    if (!isBlank && (own < indent || (own === 0 && /^(---|\.\.\.)(\s|$)/.test(line)))) break;
    lines.push(isBlank && (indent < 0 || own <= indent) ? '' : line.slice(indent));
    end = Math.min(next + 1, text.length);
    if (next >= text.length) break;
  }
  return { value: chomped(lines, header), end };
}

function chomped(lines: string[], header: BlockHeader): string {
  let trailing = 0;
  while (lines.length > 0 && lines.at(-1) === '') {
    lines.pop();
    trailing++;
  }
  const body = header.isFolded ? foldBlock(lines) : lines.join('\n');
  if (header.chomp === '-') return body;
  if (header.chomp === '+')
    return lines.length === 0 ? '\n'.repeat(trailing) : `${body}${'\n'.repeat(trailing + 1)}`;
  return lines.length === 0 ? '' : `${body}\n`;
}
