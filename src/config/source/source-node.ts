/** What stands in a file, before any type is known. Offsets are into the text. */
export type SourceNode = ScalarNode | MapNode | ListNode;

/** What a scalar is by itself; the field it is for decides what becomes of it. */
export type ScalarSort = 'null' | 'bool' | 'number' | 'string';

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly sort: ScalarSort;
  readonly at: number;
  /** Booleans are `true` or `false`, integers decimal. */
  readonly text: string;
}

export interface MapEntry {
  readonly key: string;
  readonly keyAt: number;
  readonly value: SourceNode;
}

export interface MapNode {
  readonly kind: 'map';
  readonly at: number;
  readonly entries: readonly MapEntry[];
}

export interface ListNode {
  readonly kind: 'list';
  readonly at: number;
  readonly items: readonly SourceNode[];
}

export function entryOf(node: MapNode, key: string): MapEntry | undefined {
  return node.entries.findLast((entry) => entry.key === key);
}

/** What was found, for "expected …, found …". */
export function describeNode(node: SourceNode): string {
  if (node.kind === 'map') return 'an object';
  if (node.kind === 'list') return 'a list';
  if (node.sort === 'null') return 'null';
  const shown = node.text.length > 60 ? `${node.text.slice(0, 57)}...` : node.text;
  return node.sort === 'string' ? `"${shown}"` : shown;
}
