import type { MapEntry, ScalarNode, SourceNode } from './source-node.js';
import { SourceSyntaxError } from './source-text.js';

const MAX_DEPTH = 100;
const BLANKS = /(?:[\s,;]|#[^\n]*)*/y;
/** Between the parts of one string no separator stands. */
const GAP = /(?:\s|#[^\n]*)*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const BRACKETED = /\[\s*([A-Za-z0-9_.\-/]+)\s*\]/y;
const NUMBER = /-?\s*(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?f?)/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;
const LETTERS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Protobuf's text format: `name: value`, `name { … }`, `[type.googleapis.com/type] { … }` for what is in an Any. */
export class TextProtoReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): SourceNode {
    return this.#fields('');
  }

  #fail(message: string, at = this.#at): never {
    throw new SourceSyntaxError(message, at);
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }

  #peek(): string {
    this.#take(BLANKS);
    return this.#text[this.#at] ?? '';
  }

  /** Fields up to the closing bracket, or to the end of the text for none. */
  #fields(close: string): SourceNode {
    const at = this.#at;
    if (++this.#depth > MAX_DEPTH) this.#fail('nested too deeply');
    const entries: MapEntry[] = [];
    for (let next = this.#peek(); next !== close; next = this.#peek()) {
      if (next === '') this.#fail(`the closing ${close} is missing`, at);
      this.#field(entries);
    }
    this.#at += close.length;
    this.#depth--;
    return { kind: 'map', at, entries };
  }

  #field(entries: MapEntry[]): void {
    const keyAt = this.#at;
    const type = this.#take(BRACKETED)?.[1];
    const name = type ?? this.#take(NAME)?.[0];
    if (name === undefined) this.#fail('expected a field name');
    const hasColon = this.#peek() === ':';
    if (hasColon) this.#at++;
    const value = this.#value(hasColon);
    if (type === undefined) entries.push({ key: name, keyAt, value });
    else
      entries.push(
        { key: '@type', keyAt, value: { kind: 'scalar', sort: 'string', at: keyAt, text: type } },
        ...inside(value),
      );
  }

  #value(hasColon: boolean): SourceNode {
    const next = this.#peek();
    const at = this.#at;
    if (next === '{' || next === '<') {
      this.#at++;
      return this.#fields(next === '{' ? '}' : '>');
    }
    if (!hasColon) this.#fail('expected a colon or a message');
    if (next === '[') return this.#list();
    if (next === '"' || next === "'") return { kind: 'scalar', sort: 'string', at, text: this.#strings() };
    const number = this.#take(NUMBER)?.[0];
    if (number !== undefined)
      return { kind: 'scalar', sort: 'number', at, text: number.replace(/\s|f$/g, '') };
    return this.#word(at);
  }

  #word(at: number): ScalarNode {
    const text = this.#take(NAME)?.[0];
    if (text === undefined) this.#fail('expected a value', at);
    if (/^(true|True|t)$/.test(text)) return { kind: 'scalar', sort: 'bool', at, text: 'true' };
    if (/^(false|False|f)$/.test(text)) return { kind: 'scalar', sort: 'bool', at, text: 'false' };
    return { kind: 'scalar', sort: 'string', at, text };
  }

  #list(): SourceNode {
    const at = this.#at++;
    const items: SourceNode[] = [];
    while (this.#peek() !== ']') {
      if (this.#at >= this.#text.length) this.#fail('the closing ] is missing', at);
      items.push(this.#value(true));
    }
    this.#at++;
    return { kind: 'list', at, items };
  }

  /** Adjacent strings are one. */
  #strings(): string {
    let out = '';
    for (let quote = this.#text[this.#at]; quote === '"' || quote === "'"; quote = this.#text[this.#at]) {
      const from = ++this.#at;
      while (this.#text[this.#at] !== quote) {
        if (this.#at >= this.#text.length)
          this.#fail('the closing quote of this string is missing', from - 1);
        this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
      }
      out += unescaped(this.#text.slice(from, this.#at++));
      this.#take(GAP);
    }
    return out;
  }
}

function inside(node: SourceNode): readonly MapEntry[] {
  return node.kind === 'map' ? node.entries : [];
}

/** Byte escapes are put together as UTF-8. */
function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw;
  const latin = Buffer.from(raw).toString('latin1');
  const bytes = latin.replace(
    ESCAPE,
    (_, hex?: string, octal?: string, short?: string, long?: string, letter?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      const code = short ?? long;
      if (code !== undefined)
        return Buffer.from(String.fromCodePoint(Number.parseInt(code, 16))).toString('latin1');
      return LETTERS[letter ?? ''] ?? letter ?? '';
    },
  );
  return Buffer.from(bytes, 'latin1').toString();
}
