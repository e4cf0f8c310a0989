import type { ListNode, MapEntry, MapNode, SourceNode } from './source-node.js';
import {
  COLON,
  CR,
  DASH,
  DOUBLE_QUOTE,
  HASH,
  isFlowEnd,
  isGap,
  LF,
  OPEN_LIST,
  OPEN_MAP,
  QUESTION,
  SINGLE_QUOTE,
  SPACE,
  STAR,
  TAB,
} from './yaml-chars.js';
import { NO_PROPERTIES, YamlCursor } from './yaml-cursor.js';
import { flowNode } from './yaml-flow.js';
import { plainScalar, quotedScalar } from './yaml-plain.js';
import { foldLines, scanBlockScalar, scanDoubleQuoted, scanSingleQuoted } from './yaml-scalars.js';

/*
 * A reader of YAML made for configuration files: the block and flow styles, anchors, tags and every kind of scalar,
 * straight to nodes with offsets and without a token list in between. Only the first document counts. It takes what
 * Envoy's reader takes: a repeated key is kept (the last one wins), keys tagged `!ignore` vanish, `<<` is a plain key.
 */

export class YamlReader {
  readonly #c: YamlCursor;

  constructor(text: string) {
    this.#c = new YamlCursor(text);
  }

  /** Entries that a later one of the same key replaced. */
  get repeated(): readonly MapEntry[] {
    return this.#c.repeated;
  }

  /** The first document; a null scalar when there is nothing in it. */
  read(): SourceNode {
    if (this.#c.text.charCodeAt(0) === 0xfeff) this.#c.lineStart = this.#c.at = 1;
    this.#skipDirectives();
    const node = this.#blockNode(-1, false, false);
    this.#c.skip();
    if (this.#c.at < this.#c.end)
      this.#c.fail('expected the end of the document; is this line indented as the ones above?');
    return node;
  }

  #skipDirectives(): void {
    this.#c.skip();
    while (this.#c.at === this.#c.lineStart && this.#c.text[this.#c.at] === '%') {
      const next = this.#c.text.indexOf('\n', this.#c.at);
      this.#c.at = next < 0 ? this.#c.end : next;
      this.#c.skip();
    }
    this.#c.end = this.#c.text.length;
    if (this.#c.text.startsWith('---', this.#c.at) && isGap(this.#c.text.charCodeAt(this.#c.at + 3)))
      this.#c.at += 3;
  }

  /**
   * A node of the block styles. It must stand deeper than `parent`; a sequence that is the value of a key may stand
   * at `parent` itself (`isValue`). `isInline`: on the line of its key, where no further key may begin.
   */
  #blockNode(parent: number, isValue: boolean, isInline: boolean): SourceNode {
    const startLine = this.#c.lineStart;
    const from = this.#c.at;
    this.#c.skip();
    let inline = isInline && this.#c.lineStart === startLine;
    const column = this.#c.column();
    if (this.#c.at >= this.#c.end) return this.#c.null(from);
    const isSequence = this.#c.isIndicator(DASH);
    if (!inline && column <= parent && !(isValue && isSequence && column === parent))
      return this.#c.null(from);
    if (!inline) this.#c.checkIndentation();
    const before = this.#c.enter();
    const start = this.#c.at;
    let properties = this.#c.properties();
    if (properties !== NO_PROPERTIES) {
      this.#c.skipInline();
      const code = this.#c.code();
      if (code === LF || code === CR || code === HASH || Number.isNaN(code)) {
        const node = this.#c.anchored(properties, this.#blockNode(parent, isValue, false), before);
        this.#c.leave();
        return node;
      }
      if (!inline && this.#isKey()) {
        this.#c.at = start;
        properties = NO_PROPERTIES;
        inline = false;
      }
    }
    const node = this.#c.anchored(properties, this.#blockContent(parent, column, inline), before);
    this.#c.leave();
    return node;
  }

  #blockContent(parent: number, column: number, isInline: boolean): SourceNode {
    const code = this.#c.code();
    if (code === DASH && isGap(this.#c.code(1))) {
      if (isInline) this.#c.fail('a list cannot begin on the line of its key');
      return this.#blockList(column);
    }
    if (code === QUESTION && isGap(this.#c.code(1))) return this.#blockMap(column);
    if (!isInline && this.#isKey()) return this.#blockMap(column);
    const node = this.#leaf(parent);
    this.#endOfLeaf(isInline);
    return node;
  }

  #leaf(parent: number): SourceNode {
    const at = this.#c.at;
    const code = this.#c.code();
    switch (code) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE:
        return quotedScalar(this.#c.quoted(), at);
      case 0x7c:
      case 0x3e: {
        const scanned = scanBlockScalar(this.#c.text.slice(0, this.#c.end), at, parent);
        this.#c.moveTo(scanned.end);
        return quotedScalar(scanned.value, at);
      }
      case OPEN_LIST:
      case OPEN_MAP:
        return flowNode(this.#c);
      case STAR:
        return this.#c.alias();
      case 0x40:
      case 0x60:
      case 0x25:
        return this.#c.fail(`a plain value cannot begin with ${this.#c.text[at]}; put it in quotes`);
      default:
        if (isFlowEnd(code)) this.#c.fail(`unexpected ${this.#c.text[at]}`);
        return plainScalar(this.#blockPlain(parent), at);
    }
  }

  /** After a value only a comment may follow on its line. */
  #endOfLeaf(isInline: boolean): void {
    if (this.#c.at === this.#c.lineStart) return;
    const at = this.#c.at;
    this.#c.skipInline();
    const code = this.#c.code();
    if (code === LF || code === CR || Number.isNaN(code)) return;
    if (code === HASH && this.#c.at > at) return;
    if (code === COLON && isInline)
      this.#c.fail('a second key cannot stand on this line; put the value in quotes');
    this.#c.fail('unexpected text after a value');
  }

  /** Whether a key with its colon begins here, on this line. */
  #isKey(): boolean {
    const text = this.#c.text;
    let at = this.#c.at;
    const code = this.#c.code();
    if (code === OPEN_LIST || code === OPEN_MAP || code === 0x7c || code === 0x3e) return false;
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      const scanned = code === DOUBLE_QUOTE ? scanDoubleQuoted(text, at) : scanSingleQuoted(text, at);
      at = scanned.end;
      const lineEnd = text.indexOf('\n', this.#c.at);
      if (lineEnd >= 0 && at > lineEnd) return false;
      while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at++;
      return text.charCodeAt(at) === COLON && isGap(text.charCodeAt(at + 1));
    }
    return this.#plainEnd(at).isKey;
  }

  /** Where the plain text of this line ends, and whether a colon ended it. */
  #plainEnd(from: number): { end: number; isKey: boolean; isComment: boolean } {
    const text = this.#c.text;
    let end = from;
    for (let at = from; at < this.#c.end; at++) {
      const code = text.charCodeAt(at);
      if (code > COLON) end = at + 1;
      else if (code === LF) break;
      else if (code === COLON && isGap(text.charCodeAt(at + 1)))
        return { end, isKey: true, isComment: false };
      else if (code === HASH && at > from && isGap(text.charCodeAt(at - 1)))
        return { end, isKey: false, isComment: true };
      else if (code !== SPACE && code !== TAB && code !== CR) end = at + 1;
    }
    return { end, isKey: false, isComment: false };
  }

  /** A plain scalar with the lines that continue it. */
  #blockPlain(parent: number): string {
    const text = this.#c.text;
    const first = this.#plainEnd(this.#c.at);
    let lines: string[] | undefined;
    const head = text.slice(this.#c.at, first.end);
    this.#c.at = first.end;
    if (first.isComment || first.isKey) return head;
    for (;;) {
      const next = this.#continuation(parent);
      if (next === undefined) return lines === undefined ? head : foldLines(lines);
      const part = this.#plainEnd(next.at);
      if (part.isKey)
        this.#c.fail('a key cannot stand here; is this line indented as the ones above?', next.at);
      lines ??= [head];
      for (let blank = 0; blank < next.blanks; blank++) lines.push('');
      lines.push(text.slice(next.at, part.end));
      this.#c.lineStart = text.lastIndexOf('\n', next.at) + 1;
      this.#c.at = part.end;
      if (part.isComment) return foldLines(lines);
    }
  }

  /** The next line when it continues a plain scalar: deeper than `parent`, not blank, no comment, no marker. */
  #continuation(parent: number): { at: number; blanks: number } | undefined {
    const text = this.#c.text;
    let blanks = -1;
    for (let lineEnd = text.indexOf('\n', this.#c.at); lineEnd >= 0 && lineEnd < this.#c.end; ) {
      let at = lineEnd + 1;
      blanks++;
      while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at++;
      const code = text.charCodeAt(at);
      if (code === CR || code === LF) {
        lineEnd = text.indexOf('\n', at);
        continue;
      }
      const isEnd = at >= this.#c.end || code === HASH || at - lineEnd - 1 <= parent;
      return isEnd || (at === lineEnd + 1 && this.#c.isMarker(at)) ? undefined : { at, blanks };
    }
    return undefined;
  }

  #blockList(column: number): ListNode {
    const at = this.#c.at;
    const items: SourceNode[] = [];
    while (this.#c.at < this.#c.end && this.#c.column() === column && this.#c.isIndicator(DASH)) {
      this.#c.at++;
      items.push(this.#blockNode(column, false, false));
      this.#c.skip();
    }
    this.#checkColumn(column);
    return { kind: 'list', at, items };
  }

  /** What follows a block stands further left, or belongs to a block around it. */
  #checkColumn(column: number): void {
    if (this.#c.at < this.#c.end && this.#c.column() > column) {
      this.#c.fail('this line is indented neither like the line above nor like one of its parents');
    }
  }

  #blockMap(column: number): MapNode {
    const at = this.#c.at;
    const entries: MapEntry[] = [];
    while (this.#c.at < this.#c.end && this.#c.column() === column && !this.#c.isIndicator(DASH)) {
      this.#c.checkIndentation();
      this.#blockEntry(column, entries);
      this.#c.skip();
    }
    this.#checkColumn(column);
    return this.#c.map(at, entries);
  }

  #blockEntry(column: number, entries: MapEntry[]): void {
    const keyAt = this.#c.at;
    if (this.#c.isIndicator(QUESTION)) {
      this.#explicitEntry(column, entries);
      return;
    }
    const { tag } = this.#c.keyProperties();
    const key = this.#key();
    this.#c.skipInline();
    if (this.#c.code() !== COLON) this.#c.fail('expected a key followed by ": "', keyAt);
    this.#c.at++;
    const value = this.#blockNode(column, true, true);
    if (tag !== '!ignore') entries.push({ key, keyAt, value });
  }

  #key(): string {
    const code = this.#c.code();
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) return this.#c.quoted();
    if (code === STAR) return this.#c.scalarKey(this.#c.alias());
    if (!this.#isKey()) this.#c.fail('expected a key followed by ": "');
    const { end } = this.#plainEnd(this.#c.at);
    const key = this.#c.text.slice(this.#c.at, end);
    this.#c.at = end;
    return key;
  }

  #explicitEntry(column: number, entries: MapEntry[]): void {
    this.#c.at++;
    const keyNode = this.#blockNode(column, false, false);
    const key = this.#c.scalarKey(keyNode);
    this.#c.skip();
    let value = this.#c.null(this.#c.at);
    if (this.#c.column() === column && this.#c.isIndicator(COLON)) {
      this.#c.at++;
      value = this.#blockNode(column, true, false);
    }
    entries.push({ key, keyAt: keyNode.at, value });
  }
}
