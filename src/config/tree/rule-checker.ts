import type { FieldType } from '../descriptors/message-type.js';
import type { Rules } from '../descriptors/schema.js';
import type { ProblemList } from '../problem-list.js';
import { type FieldValue, MessageValue, type SingleValue, type Value } from './message-value.js';
import { zeroValue } from './scalar-values.js';
import { stringMistake } from './string-rules.js';
import { valueMistake } from './value-rules.js';

/** Checks constraint annotations and required oneofs of a whole tree, also inside every Any. */
export class RuleChecker {
  readonly #problems: ProblemList;

  constructor(problems: ProblemList) {
    this.#problems = problems;
  }

  check(message: MessageValue): void {
    if (message.isBroken) return;
    if (message.type.hasRules) {
      for (const field of message.type.fields) {
        const { rules } = field.schema;
        if (rules !== undefined) this.#field(message, field, rules, message.fields.get(field.name));
      }
      this.#oneofs(message);
    }
    for (const field of message.fields.values()) {
      if (field.type.schema.rules?.skip !== true) this.#below(field.value);
    }
  }

  #below(value: Value): void {
    if (value instanceof MessageValue) {
      if (value.inner !== undefined) this.check(value.inner);
      else if (value.typeUrl === '') this.check(value);
    } else if (Array.isArray(value)) {
      if (value[0] instanceof MessageValue) for (const item of value) this.#below(item);
    } else if (value instanceof Map) {
      for (const item of value.values()) if (item instanceof MessageValue) this.#below(item);
    }
  }

  #tell(message: MessageValue, present: FieldValue | undefined, path: string, text: string): void {
    const source = present?.source ?? message.source;
    this.#problems.errors.push(source.problem(present?.at ?? message.at, path, text));
  }

  #oneofs(message: MessageValue): void {
    for (const oneof of message.type.oneofs) {
      if (!oneof.required) continue;
      let isSet = false;
      for (const field of message.fields.values()) if (field.type.schema.oneof === oneof.name) isSet = true;
      if (isSet) continue;
      const names = message.type.fields.filter((f) => f.schema.oneof === oneof.name).map((f) => f.name);
      if (names.some((name) => message.broken?.has(name))) continue;
      this.#tell(
        message,
        undefined,
        message.path(),
        `one of ${names.join(', ')} is required ("${oneof.name}")`,
      );
    }
  }

  #field(message: MessageValue, field: FieldType, rules: Rules, present: FieldValue | undefined): void {
    if (present === undefined) this.#absent(message, field, rules);
    else if (Array.isArray(present.value)) this.#list(message, present, rules, present.value);
    else if (present.value instanceof Map) this.#map(message, present, rules, present.value);
    else this.#value(message, present, rules, present.value, undefined);
  }

  /** A field without presence is judged by its zero value, any other only when it is required. */
  #absent(message: MessageValue, field: FieldType, rules: Rules): void {
    if (field.schema.oneof !== '' || message.broken?.has(field.name)) return;
    const path = (): string => message.pathOf(field.name);
    if (rules.required === true) {
      this.#tell(message, undefined, path(), `required field "${field.name}" is missing`);
    } else if (field.isList || field.isMap) {
      const least = rules.min_items ?? rules.min_pairs ?? 0;
      if (least > 0 && rules.ignore_empty !== true) {
        this.#tell(message, undefined, path(), `at least ${least} of "${field.name}" required`);
      }
    } else if (!field.hasPresence) {
      const zero = field.kind === 'enum' ? 0 : zeroValue(field.scalar);
      const mistake = valueMistake(field, rules, zero);
      if (mistake !== '')
        this.#tell(message, undefined, path(), `required field "${field.name}" is missing: ${mistake}`);
    }
  }

  #value(
    message: MessageValue,
    field: FieldValue,
    rules: Rules,
    value: SingleValue,
    step: number | string | undefined,
  ): void {
    const isEmptyAny = field.type.kind === 'any' && value instanceof MessageValue && value.typeUrl === '';
    const mistake = isEmptyAny ? '' : valueMistake(field.type, rules, value);
    if (mistake === '') return;
    this.#tell(message, field, message.pathOf(field.type.name, step), mistake);
  }

  #list(message: MessageValue, field: FieldValue, rules: Rules, items: readonly SingleValue[]): void {
    const { min_items, max_items } = rules;
    const path = (): string => message.pathOf(field.type.name);
    const found = items.length;
    if (found === 0 && rules.ignore_empty === true) return;
    if (min_items !== undefined && found < min_items) {
      this.#tell(message, field, path(), `expected at least ${min_items} elements, found ${found}`);
    }
    if (max_items !== undefined && found > max_items) {
      this.#tell(message, field, path(), `expected at most ${max_items} elements, found ${found}`);
    }
    const isScalar = !(items[0] instanceof MessageValue);
    if (rules.unique === true && isScalar && new Set(items).size !== found) {
      this.#tell(message, field, path(), 'expected elements that differ from each other');
    }
    if (rules.items === undefined) return;
    for (const [index, item] of items.entries()) this.#value(message, field, rules.items, item, index);
  }

  #map(message: MessageValue, field: FieldValue, rules: Rules, map: ReadonlyMap<string, SingleValue>): void {
    const { min_pairs, max_pairs, keys, values } = rules;
    const path = (): string => message.pathOf(field.type.name);
    if (min_pairs !== undefined && map.size < min_pairs) {
      this.#tell(message, field, path(), `expected at least ${min_pairs} entries, found ${map.size}`);
    }
    if (max_pairs !== undefined && map.size > max_pairs) {
      this.#tell(message, field, path(), `expected at most ${max_pairs} entries, found ${map.size}`);
    }
    for (const [key, value] of map) {
      const mistake = keys === undefined ? '' : stringMistake(keys, key);
      if (mistake !== '') this.#tell(message, field, message.pathOf(field.type.name, key), `key: ${mistake}`);
      if (values !== undefined) this.#value(message, field, values, value, key);
    }
  }
}
