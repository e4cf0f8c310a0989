import type { ListNode, MapEntry, MapNode, SourceNode } from './source-node.js';
import {
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  HASH,
  isFlowEnd,
  isGap,
  OPEN_LIST,
  OPEN_MAP,
  QUESTION,
  SINGLE_QUOTE,
  STAR,
} from './yaml-chars.js';
import type { YamlCursor } from './yaml-cursor.js';
import { nullScalar, plainScalar, quotedScalar } from './yaml-plain.js';
import { foldLines } from './yaml-scalars.js';

/** A node of the flow styles: brackets, braces, quotes, or plain text that ends at any of those. */
export function flowNode(c: YamlCursor): SourceNode {
  const before = c.enter();
  const properties = c.properties();
  c.skip();
  const node = c.anchored(properties, flowContent(c), before);
  c.leave();
  return node;
}

function flowContent(c: YamlCursor): SourceNode {
  const at = c.at;
  const code = c.code();
  if (code === OPEN_LIST) return flowList(c);
  if (code === OPEN_MAP) return flowMap(c);
  if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) return quotedScalar(c.quoted(), at);
  if (code === STAR) return c.alias();
  if (code === COMMA || code === CLOSE_LIST || code === CLOSE_MAP || isFlowColon(c)) return nullScalar(at);
  return plainScalar(flowPlain(c), at);
}

function isFlowColon(c: YamlCursor): boolean {
  return c.code() === COLON && (isGap(c.code(1)) || isFlowEnd(c.code(1)));
}

function flowPlain(c: YamlCursor): string {
  const from = c.at;
  let end = from;
  while (c.at < c.end) {
    const code = c.code();
    if (isFlowEnd(code) || isFlowColon(c)) break;
    if (code === HASH && c.at > from && isGap(c.code(-1))) break;
    c.at++;
    if (!isGap(code)) end = c.at;
  }
  const raw = c.text.slice(from, end);
  if (!c.text.slice(from, c.at).includes('\n')) return raw;
  c.moveTo(c.at);
  return foldLines(raw.split('\n').map((line) => line.replace(/^[ \t]+|[ \t\r]+$/g, '')));
}

function flowList(c: YamlCursor): ListNode {
  const at = c.at++;
  const items: SourceNode[] = [];
  for (;;) {
    c.skip();
    if (c.at >= c.end) c.fail('the closing ] is missing', at);
    if (c.code() === CLOSE_LIST) break;
    const node = flowNode(c);
    c.skip();
    if (c.code() === COLON) items.push(flowPair(c, node));
    else items.push(node);
    if (!flowComma(c, CLOSE_LIST, at)) break;
  }
  c.at++;
  return { kind: 'list', at, items };
}

function flowPair(c: YamlCursor, key: SourceNode): MapNode {
  c.at++;
  c.skip();
  const value = flowNode(c);
  return { kind: 'map', at: key.at, entries: [{ key: c.scalarKey(key), keyAt: key.at, value }] };
}

/** Past a comma: true; before the closing bracket: false. */
function flowComma(c: YamlCursor, close: number, opened: number): boolean {
  c.skip();
  if (c.code() === close) return false;
  if (c.at >= c.end) c.fail(`the closing ${String.fromCharCode(close)} is missing`, opened);
  if (c.code() !== COMMA) c.fail(`expected a comma or ${String.fromCharCode(close)}`);
  c.at++;
  return true;
}

function flowMap(c: YamlCursor): MapNode {
  const at = c.at++;
  const entries: MapEntry[] = [];
  for (;;) {
    c.skip();
    if (c.at >= c.end) c.fail('the closing } is missing', at);
    if (c.code() === CLOSE_MAP) break;
    flowEntry(c, entries);
    if (!flowComma(c, CLOSE_MAP, at)) break;
  }
  c.at++;
  return c.map(at, entries);
}

function flowEntry(c: YamlCursor, entries: MapEntry[]): void {
  if (c.isIndicator(QUESTION)) {
    c.at++;
    c.skip();
  }
  const keyAt = c.at;
  const { tag } = c.keyProperties();
  c.skip();
  const key = c.scalarKey(flowContent(c));
  c.skip();
  let value: SourceNode = nullScalar(c.at);
  if (c.code() === COLON) {
    c.at++;
    c.skip();
    value = flowNode(c);
  }
  if (tag !== '!ignore') entries.push({ key, keyAt, value });
}
