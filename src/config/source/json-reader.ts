import type { MapEntry, ScalarNode, SourceNode } from './source-node.js';
import { SourceSyntaxError } from './source-text.js';

const MAX_DEPTH = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BARE_WORD = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** JSON as protobuf's lax reader takes it: trailing commas, single quotes and bare keys, but no comments. */
export class JsonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): SourceNode {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#fail('a byte-order mark is not allowed in JSON');
    const node = this.#value();
    this.#skip();
    if (this.#at < this.#text.length) this.#fail('unexpected text after the document');
    return node;
  }

  #fail(message: string, at = this.#at): never {
    throw new SourceSyntaxError(message, at);
  }

  #skip(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
      this.#at++;
    }
    const isComment = this.#text[this.#at] === '/' || this.#text[this.#at] === '#';
    if (isComment) this.#fail('comments are not allowed in JSON');
  }

  #value(): SourceNode {
    this.#skip();
    const at = this.#at;
    const first = this.#text[at];
    if (first === '{') return this.#map();
    if (first === '[') return this.#list();
    if (first === '"' || first === "'") return { kind: 'scalar', sort: 'string', at, text: this.#string() };
    NUMBER.lastIndex = at;
    const number = NUMBER.exec(this.#text);
    if (number !== null) return this.#number(number[0]);
    return this.#word();
  }

  #number(text: string): ScalarNode {
    const at = this.#at;
    this.#at += text.length;
    if (/[0-9A-Za-z_.+-]/.test(this.#text[this.#at] ?? '')) this.#fail('not a JSON number', at);
    return { kind: 'scalar', sort: 'number', at, text };
  }

  #word(): ScalarNode {
    const at = this.#at;
    const text = this.#bareWord();
    if (text === 'null') return { kind: 'scalar', sort: 'null', at, text: '' };
    if (text === 'true' || text === 'false') return { kind: 'scalar', sort: 'bool', at, text };
    if (text === '')
      this.#fail(at >= this.#text.length ? 'unexpected end of the text' : 'expected a value', at);
    this.#fail(`${text} is not a JSON value; strings need quotes`, at);
  }

  #bareWord(): string {
    BARE_WORD.lastIndex = this.#at;
    const text = BARE_WORD.exec(this.#text)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }

  #enter(): number {
    if (++this.#depth > MAX_DEPTH) this.#fail('nested too deeply');
    return this.#at++;
  }

  #isClosed(close: string, opened: number): boolean {
    this.#skip();
    if (this.#at >= this.#text.length) this.#fail(`the closing ${close} is missing`, opened);
    if (this.#text[this.#at] !== close) return false;
    this.#at++;
    this.#depth--;
    return true;
  }

  /** Past a comma: false; past the closing bracket: true. */
  #isLast(close: string, opened: number): boolean {
    if (this.#isClosed(close, opened)) return true;
    if (this.#text[this.#at] !== ',') this.#fail(`expected a comma or ${close}`);
    this.#at++;
    return this.#isClosed(close, opened);
  }

  #list(): SourceNode {
    const at = this.#enter();
    const items: SourceNode[] = [];
    let done = this.#isClosed(']', at);
    while (!done) {
      items.push(this.#value());
      done = this.#isLast(']', at);
    }
    return { kind: 'list', at, items };
  }

  #map(): SourceNode {
    const at = this.#enter();
    const entries: MapEntry[] = [];
    let done = this.#isClosed('}', at);
    while (!done) {
      const keyAt = this.#at;
      const quote = this.#text[keyAt];
      const key = quote === '"' || quote === "'" ? this.#string() : this.#bareWord();
      if (this.#at === keyAt) this.#fail('expected a key');
      this.#skip();
      if (this.#text[this.#at] !== ':') this.#fail('expected a colon after the key');
      this.#at++;
      entries.push({ key, keyAt, value: this.#value() });
      done = this.#isLast('}', at);
    }
    return { kind: 'map', at, entries };
  }

  #string(): string {
    const start = this.#at;
    const quote = this.#text[start];
    let out = '';
    let from = ++this.#at;
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined) this.#fail('the closing quote of this string is missing', start);
      if (c === quote) break;
      if (c !== '\\') {
        this.#at++;
        continue;
      }
      out += this.#text.slice(from, this.#at) + this.#escape();
      from = this.#at;
    }
    out += this.#text.slice(from, this.#at++);
    return out;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('\\u needs four hex digits');
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const value = ESCAPES[letter] ?? ('"\'\\/'.includes(letter) && letter !== '' ? letter : undefined);
    if (value === undefined) this.#fail(`unknown escape \\${letter}`);
    this.#at += 2;
    return value;
  }
}
