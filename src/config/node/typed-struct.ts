import { ConfigError } from '../../base/errors.js';
import type { Plain } from '../../base/plain.js';
import { isPlainObject } from '../../base/plain-path.js';
import { type MessageValue, StructValue } from '../tree/message-value.js';
import type { NodeCursor } from './node-cursor.js';
import { StructNode } from './struct-node.js';

/**
 * Reads what a TypedStruct of an unknown type carries with a parser of that type. `node` is where problems are told,
 * `any` holds the TypedStruct.
 */
export function readTypedStruct(
  node: NodeCursor,
  any: MessageValue,
  typeName: string,
  parse: (node: StructNode) => Plain,
): Plain {
  const content = any.typedStruct?.fields.get('value')?.value;
  const plain = content instanceof StructValue ? content.plain : {};
  const struct = new StructNode(typeName, isPlainObject(plain) ? plain : {}, node);
  try {
    const parsed = parse(struct);
    struct.finish();
    return parsed;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    node.context.problems.errors.push(...error.problems);
    return undefined;
  }
}
