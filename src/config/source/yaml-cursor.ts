import type { MapEntry, MapNode, SourceNode } from './source-node.js';
import { SourceSyntaxError } from './source-text.js';
import { AMPERSAND, CR, DASH, DOUBLE_QUOTE, HASH, isFlowEnd, isGap, LF, SPACE, TAB } from './yaml-chars.js';
import { nullScalar, taggedScalar } from './yaml-plain.js';
import { scanDoubleQuoted, scanSingleQuoted } from './yaml-scalars.js';

/** Aliases may not unfold a small file into more nodes than this. */
const MAX_UNFOLDED = 5_000_000;
const MAX_DEPTH = 500;
const WRITTEN_KEY = /[^\s,:[\]{}]+/y;

export interface Properties {
  readonly anchor: string;
  readonly tag: string;
}

interface Anchored {
  readonly node: SourceNode;
  readonly size: number;
}

export const NO_PROPERTIES: Properties = { anchor: '', tag: '' };

/** The position in a text, with what both styles of YAML have in common: blanks, anchors, tags and quoted scalars. */
export class YamlCursor {
  readonly text: string;
  at = 0;
  /** Offset where the line of `at` begins; `at - lineStart` is the column. */
  lineStart = 0;
  /** Where the document ends. */
  end: number;
  depth = 0;
  /** Nodes so far, those behind aliases included. */
  made = 0;
  /** Entries that a later one of the same key replaced. */
  readonly repeated: MapEntry[] = [];
  readonly anchors = new Map<string, Anchored>();

  constructor(text: string) {
    this.text = text;
    this.end = text.length;
  }

  fail(message: string, at = this.at): never {
    throw new SourceSyntaxError(message, at);
  }

  code(offset = 0): number {
    const at = this.at + offset;
    return at < this.end ? this.text.charCodeAt(at) : Number.NaN;
  }

  isIndicator(code: number): boolean {
    return this.code() === code && isGap(this.code(1));
  }

  isMarker(at: number): boolean {
    const text = this.text;
    return (text.startsWith('---', at) || text.startsWith('...', at)) && isGap(text.charCodeAt(at + 3));
  }

  /** Moves over blanks, comments and line ends; a document marker becomes the end of the text. */
  skip(): void {
    const text = this.text;
    for (;;) {
      const code = this.code();
      if (code === SPACE || code === TAB || code === CR) {
        this.at++;
      } else if (code === LF) {
        this.lineStart = ++this.at;
        const first = text.charCodeAt(this.at);
        if ((first === DASH || first === 0x2e) && this.isMarker(this.at)) this.end = this.at;
      } else if (code === HASH && (this.at === this.lineStart || isGap(this.code(-1)))) {
        const next = text.indexOf('\n', this.at);
        this.at = next < 0 || next > this.end ? this.end : next;
      } else {
        return;
      }
    }
  }

  skipInline(): void {
    while (this.code() === SPACE || this.code() === TAB) this.at++;
  }

  column(): number {
    return this.at - this.lineStart;
  }

  checkIndentation(): void {
    for (let at = this.lineStart; at < this.at; at++) {
      const code = this.text.charCodeAt(at);
      if (code === TAB) this.fail('tabs cannot indent; use spaces', at);
      if (code !== SPACE) return;
    }
  }

  properties(): Properties {
    let anchor = '';
    let tag = '';
    for (;;) {
      const code = this.code();
      if (code === AMPERSAND && anchor === '') anchor = this.name();
      else if (code === 0x21 && tag === '') tag = this.tag();
      else return anchor === '' && tag === '' ? NO_PROPERTIES : { anchor, tag };
      this.skipInline();
    }
  }

  name(): string {
    const from = ++this.at;
    while (!isGap(this.code()) && !isFlowEnd(this.code())) this.at++;
    if (this.at === from) this.fail('a name is missing here');
    return this.text.slice(from, this.at);
  }

  tag(): string {
    const from = this.at++;
    const isVerbatim = this.code() === 0x3c;
    while (!isGap(this.code()) && (isVerbatim || !isFlowEnd(this.code()))) this.at++;
    return this.text.slice(from, this.at);
  }

  alias(): SourceNode {
    const at = this.at;
    const name = this.name();
    const anchored = this.anchors.get(name);
    if (anchored === undefined) this.fail(`no anchor &${name} stands above`, at);
    this.made += anchored.size;
    if (this.made > MAX_UNFOLDED) this.fail('the aliases unfold into too many values', at);
    return anchored.node;
  }

  anchored(properties: Properties, node: SourceNode, madeBefore: number): SourceNode {
    if (properties.anchor !== '') this.anchors.set(properties.anchor, { node, size: this.made - madeBefore });
    return properties.tag === '' ? node : taggedScalar(node, properties.tag);
  }

  null(at: number): SourceNode {
    return nullScalar(Math.min(at, this.text.length));
  }

  /** Sets the position behind a scalar that may have spanned lines. */
  moveTo(end: number): void {
    const lastBreak = this.text.lastIndexOf('\n', end - 1);
    if (lastBreak >= this.lineStart) this.lineStart = lastBreak + 1;
    this.at = end;
    // The line that begins here may be a document marker, which only a line end would have shown.
    if (end === this.lineStart && this.isMarker(end)) this.end = end;
  }

  quoted(): string {
    const isDouble = this.code() === DOUBLE_QUOTE;
    const scanned = isDouble ? scanDoubleQuoted(this.text, this.at) : scanSingleQuoted(this.text, this.at);
    this.moveTo(scanned.end);
    return scanned.value;
  }

  keyProperties(): Properties {
    return this.code() === 0x21 || this.code() === AMPERSAND ? this.properties() : NO_PROPERTIES;
  }

  /** A key is its text as written: `y` is no boolean there. */
  scalarKey(node: SourceNode): string {
    if (node.kind !== 'scalar') this.fail('only a scalar can be a key', node.at);
    if (node.sort === 'string') return node.text;
    WRITTEN_KEY.lastIndex = node.at;
    return WRITTEN_KEY.exec(this.text)?.[0] ?? node.text;
  }

  /** The last of several equal keys counts. */
  map(at: number, entries: MapEntry[]): MapNode {
    const last = new Map<string, MapEntry>();
    for (const entry of entries) {
      const earlier = last.get(entry.key);
      if (earlier !== undefined) this.repeated.push(earlier);
      last.set(entry.key, entry);
    }
    return { kind: 'map', at, entries: last.size === entries.length ? entries : [...last.values()] };
  }

  /** Counts a node that begins; `leave` must follow. Returns what `anchored` wants to know. */
  enter(): number {
    if (++this.depth > MAX_DEPTH) this.fail('nested too deeply');
    return this.made++;
  }

  leave(): void {
    this.depth--;
  }
}
