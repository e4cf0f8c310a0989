export type JsonObject = { readonly [key: string]: unknown };

/** A JSON text that is known to be an object. */
export function parseObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A tree of field names; a leaf keeps all that lies below it. */
interface MaskNode {
  readonly fields: Map<string, MaskNode>;
}

/** `google.protobuf.FieldMask` over JSON with `.proto` names. */
export interface FieldMask {
  readonly firstFields: readonly string[];
  /** Whether the field is kept whole. */
  keepsWhole(field: string): boolean;
  apply(value: JsonObject): JsonObject;
}

/** Reads `a.b,c`. */
export function parseMask(text: string): FieldMask {
  const root: MaskNode = { fields: new Map() };
  for (const path of text.split(',')) {
    let node = root;
    for (const field of path.trim().split('.')) {
      let next = node.fields.get(field);
      if (next === undefined) {
        next = { fields: new Map() };
        node.fields.set(field, next);
      }
      node = next;
    }
  }
  const keepsWhole = (field: string): boolean => root.fields.get(field)?.fields.size === 0;
  return { firstFields: [...root.fields.keys()], keepsWhole, apply: (value) => masked(value, root) };
}

/** A type stays beside what is kept of its message. */
function masked(value: JsonObject, mask: MaskNode): JsonObject {
  const kept = Object.entries(value).filter(([key]) => key === '@type' || mask.fields.has(key));
  return Object.fromEntries(
    kept.map(([key, inner]) => {
      const below = mask.fields.get(key);
      const isLeaf = below === undefined || below.fields.size === 0;
      return [key, isLeaf || !isObject(inner) ? inner : masked(inner, below)];
    }),
  );
}
