import { type FieldValue, MessageValue, type SingleValue, type Value } from './message-value.js';

/** Protobuf's merge of one field: messages merge, lists append, map entries replace, anything else replaces. */
export function mergeField(into: MessageValue, from: FieldValue): void {
  const known = into.fields.get(from.type.name);
  if (known === undefined) {
    into.fields.set(from.type.name, from);
    return;
  }
  known.value = mergedValue(known.value, from.value);
  known.source = from.source;
  known.at = from.at;
}

function mergedValue(known: Value, added: Value): Value {
  if (Array.isArray(known) && Array.isArray(added)) return [...known, ...added];
  if (known instanceof Map && added instanceof Map) return new Map<string, SingleValue>([...known, ...added]);
  const isMessage = known instanceof MessageValue && added instanceof MessageValue;
  if (!isMessage || added.inner !== undefined || known.inner !== undefined) return added;
  mergeMessages(known, added);
  return known;
}

/** Places of messages that moved under another parent. */
function rehang(value: Value, parent: MessageValue, field: string): void {
  const hang = (single: SingleValue, step: number | string | undefined): void => {
    if (!(single instanceof MessageValue)) return;
    single.place = { parent, field, step };
    if (single.inner !== undefined) single.inner.place = single.place;
  };
  if (Array.isArray(value)) for (const [index, item] of value.entries()) hang(item, index);
  else if (value instanceof Map) for (const [key, item] of value) hang(item, key);
  else hang(value, undefined);
}

/** Lays `from` over `into`, which owns everything afterwards. */
export function mergeMessages(into: MessageValue, from: MessageValue): void {
  for (const field of from.fields.values()) {
    const { oneof } = field.type.schema;
    if (oneof !== '') {
      for (const other of [...into.fields.values()]) {
        const isOther = other.type.schema.oneof === oneof && other.type !== field.type;
        if (isOther) into.fields.delete(other.type.name);
      }
    }
    mergeField(into, field);
    rehang(into.fields.get(field.type.name)?.value ?? '', into, field.type.name);
  }
}
