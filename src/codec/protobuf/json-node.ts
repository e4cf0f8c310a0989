/** JSON as it is converted: numbers as texts, since 64 bits do not fit a double; members in their order. */
export type JsonNode =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
  /** A message that is one already, on its way into another. */
  | { readonly kind: 'encoded'; readonly bytes: Buffer };

export type JsonMember = readonly [name: string, value: JsonNode];

export const jsonNull: JsonNode = { kind: 'null' };

export function jsonString(text: string): JsonNode {
  return { kind: 'string', text };
}

export function jsonNumber(text: string): JsonNode {
  return { kind: 'number', text };
}

/** Deeper structures are refused. */
export const mostLevels = 100;

/** As text; `isIndented`: one space for each level, a line for each member. */
export function printJson(node: JsonNode, isIndented: boolean): string {
  return isIndented ? `${print(node, '\n')}\n` : print(node, '');
}

/** `lead`: what a line of this level begins with; empty for one line. */
function print(node: JsonNode, lead: string): string {
  switch (node.kind) {
    case 'null':
    case 'encoded':
      return 'null';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return quoted(node.text);
    case 'array':
      return enclosed('[', ']', lead, node.items, (item, inner) => print(item, inner));
    case 'object':
      return enclosed('{', '}', lead, node.members, ([name, value], inner) => {
        return `${quoted(name)}:${lead === '' ? '' : ' '}${print(value, inner)}`;
      });
  }
}

function enclosed<T>(
  open: string,
  close: string,
  lead: string,
  items: readonly T[],
  printed: (item: T, inner: string) => string,
): string {
  if (items.length === 0) return open + close;
  const inner = lead === '' ? '' : `${lead} `;
  return `${open}${inner}${items.map((item) => printed(item, inner)).join(`,${inner}`)}${lead}${close}`;
}

/** As Envoy's converter quotes: angle brackets and the separators of JavaScript are escaped, too. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[<>\u007f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
