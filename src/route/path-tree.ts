import type { RouteInput } from '../api/route.js';
import type { CompiledRegex } from '../match/regex.js';
import type { Condition } from './conditions.js';

/** A route at a node of the tree; `order` is its place in the configured list. */
export interface TreeEntry {
  readonly order: number;
  /** Must match the whole path as well; null when reaching the node is enough. */
  readonly regex: CompiledRegex | null;
  readonly condition: Condition | null;
}

/** What has to follow where a node ends: anything, nothing, or nothing or a `/`. */
export type TreeEntryKind = 'prefix' | 'exact' | 'separated';

/** A node of a radix tree over path text. Entries are in ascending order. */
class Node {
  label: string;
  /** By the first character of the child's label. */
  children: Map<number, Node> | null;
  prefix: TreeEntry[];
  exact: TreeEntry[];
  separated: TreeEntry[];
  /** Lowest order in this node and below it. */
  lowest: number;

  constructor(label: string) {
    this.label = label;
    this.children = null;
    this.prefix = [];
    this.exact = [];
    this.separated = [];
    this.lowest = Number.POSITIVE_INFINITY;
  }
}

/** Routes by path text. A lookup answers the lowest order among all that match, which is what a scan would find. */
export class PathTree {
  private readonly root: Node;

  constructor() {
    this.root = new Node('');
  }

  get isEmpty(): boolean {
    return this.root.lowest === Number.POSITIVE_INFINITY;
  }

  /** To be called in ascending order of entries. */
  add(text: string, kind: TreeEntryKind, entry: TreeEntry): void {
    const entries = this.nodeFor(text, entry.order)[kind];
    const last = entries.at(-1);
    // After a route that asks nothing but the path, others of the same path are never reached.
    const isShadowed = last !== undefined && last.condition === null && last.regex === null;
    if (!isShadowed) entries.push(entry);
  }

  /** The lowest matching order below `best`, else `best`. Looks at the characters of `path` before `end`. */
  find(path: string, end: number, input: RouteInput, best: number): number {
    let node: Node | undefined = this.root;
    let at = 0;
    while (node !== undefined && node.lowest < best) {
      const { label } = node;
      const next = at + label.length;
      if (next > end || !path.startsWith(label, at)) break;
      at = next;
      if (node.prefix.length > 0) best = firstMatch(node.prefix, path, end, input, best);
      if (at === end) {
        if (node.exact.length > 0) best = firstMatch(node.exact, path, end, input, best);
        if (node.separated.length > 0) best = firstMatch(node.separated, path, end, input, best);
        break;
      }
      const char = path.charCodeAt(at);
      if (char === 47 && node.separated.length > 0) best = firstMatch(node.separated, path, end, input, best);
      node = node.children?.get(char);
    }
    return best;
  }

  private nodeFor(text: string, order: number): Node {
    let node = this.root;
    let at = 0;
    node.lowest = Math.min(node.lowest, order);
    while (at < text.length) {
      node.children ??= new Map();
      const char = text.charCodeAt(at);
      let child = node.children.get(char);
      if (child === undefined) {
        child = new Node(text.slice(at));
        node.children.set(char, child);
      } else child = splitAt(node.children, child, sharedLength(child.label, text, at));
      child.lowest = Math.min(child.lowest, order);
      at += child.label.length;
      node = child;
    }
    return node;
  }
}

/** How many characters of the label the text has at that place. */
function sharedLength(label: string, text: string, at: number): number {
  let length = 0;
  while (length < label.length && label.charCodeAt(length) === text.charCodeAt(at + length)) length++;
  return length;
}

/** The child itself, or a new node above it that holds the first `length` characters of its label. */
function splitAt(siblings: Map<number, Node>, child: Node, length: number): Node {
  if (length === child.label.length) return child;
  const upper = new Node(child.label.slice(0, length));
  upper.lowest = child.lowest;
  child.label = child.label.slice(length);
  upper.children = new Map([[child.label.charCodeAt(0), child]]);
  siblings.set(upper.label.charCodeAt(0), upper);
  return upper;
}

function firstMatch(
  entries: readonly TreeEntry[],
  path: string,
  end: number,
  input: RouteInput,
  best: number,
): number {
  for (let i = 0; i < entries.length; i++) {
    const { order, regex, condition } = entries[i] as TreeEntry;
    if (order >= best) return best;
    if (regex !== null && !regex.fullMatch(end === path.length ? path : path.slice(0, end))) continue;
    if (condition === null || condition(input)) return order;
  }
  return best;
}
