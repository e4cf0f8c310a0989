import type { ConfigNode } from '../../api/config-node.js';
import type { MessageValue } from '../tree/message-value.js';
import type { ReadContext } from './read-context.js';

/** A `ConfigNode` as the readers of compound values need it: with the tree below and what all nodes share. */
export interface NodeCursor extends ConfigNode {
  readonly value: MessageValue;
  readonly context: ReadContext;
  /** Name that goes with an Any taken out of a map: its key. */
  readonly key: string;
  /** A node over another message of the same configuration. */
  over(value: MessageValue, key?: string): NodeCursor;
  message(field: string): NodeCursor | undefined;
  /** A problem that a flag may turn into a warning: valid, and not done here. */
  notSupported(text: string, field?: string): void;
}
