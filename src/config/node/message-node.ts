import type {
  ExtensionConfig,
  FractionConfig,
  Origin,
  RouteFilterConfig,
  SecretReference,
} from '../../api/config-node.js';
import type { ExtensionKind } from '../../api/extension.js';
import type { Plain } from '../../base/plain.js';
import type { FieldType } from '../descriptors/message-type.js';
import {
  DurationValue,
  type FieldValue,
  MessageValue,
  type SingleValue,
  StructValue,
} from '../tree/message-value.js';
import { readDataBytes, readDataSource, readFile } from './data-source.js';
import { readExtension, readRouteConfigs } from './extension-reader.js';
import { readFraction } from './fraction.js';
import { readLogPath } from './log-path.js';
import type { NodeCursor } from './node-cursor.js';
import type { ReadContext } from './read-context.js';

/** Where a value stands. */
function originAt(message: MessageValue, at: number, path: string): Origin {
  const { line, column } = message.source.position(at);
  return { source: message.source.name, line, column, path };
}

function isMessage(value: SingleValue): value is MessageValue {
  return value instanceof MessageValue;
}

/** The cursor over one message of a checked tree. Asking for a field that its type lacks is a bug, and throws. */
export class MessageNode implements NodeCursor {
  readonly value: MessageValue;
  readonly context: ReadContext;
  /** Name that goes with an Any taken out of a map: its key. */
  readonly key: string;

  constructor(value: MessageValue, context: ReadContext, key = '') {
    this.value = value;
    this.context = context;
    this.key = key;
  }

  get typeName(): string {
    return this.value.type.name;
  }

  get origin(): Origin {
    return originAt(this.value, this.value.at, this.value.path());
  }

  /** A node over another message of the same configuration. */
  over(value: MessageValue, key = ''): MessageNode {
    return new MessageNode(value, this.context, key);
  }

  #type(field: string): FieldType {
    const type = this.value.type.field(field);
    if (type === undefined || type.name !== field) throw new Error(`${this.typeName} has no field ${field}`);
    return type;
  }

  /** The field when present; that is also its reading. */
  #read(field: string): FieldValue | undefined {
    const present = this.value.fields.get(field);
    if (present === undefined) this.#type(field);
    else if (present.verdict === 'unread') present.verdict = 'honoured';
    return present;
  }

  has(field: string): boolean {
    if (this.value.fields.has(field)) return true;
    this.#type(field);
    return false;
  }

  oneof(name: string): string | undefined {
    for (const field of this.value.fields.values())
      if (field.type.schema.oneof === name) return field.type.name;
    if (!this.value.type.oneofs.some((oneof) => oneof.name === name))
      throw new Error(`${this.typeName} has no oneof ${name}`);
    return undefined;
  }

  originOf(field: string): Origin {
    const present = this.value.fields.get(field);
    if (present === undefined) return this.origin;
    const { line, column } = present.source.position(present.at);
    return { source: present.source.name, line, column, path: this.value.pathOf(field) };
  }

  optionalString(field: string): string | undefined {
    const value = this.#read(field)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  string(field: string, fallback = ''): string {
    return this.optionalString(field) ?? fallback;
  }

  strings(field: string): readonly string[] {
    return this.#items(field).filter((item) => typeof item === 'string');
  }

  optionalBool(field: string): boolean | undefined {
    const value = this.#read(field)?.value;
    return typeof value === 'boolean' ? value : undefined;
  }

  bool(field: string, fallback = false): boolean {
    return this.optionalBool(field) ?? fallback;
  }

  optionalNumber(field: string): number | undefined {
    const value = this.#read(field)?.value;
    if (typeof value === 'bigint') {
      this.error(`${value} is too large; at most ${Number.MAX_SAFE_INTEGER} can be kept exactly`, field);
      return undefined;
    }
    return typeof value === 'number' ? value : undefined;
  }

  number(field: string, fallback = 0): number {
    return this.optionalNumber(field) ?? fallback;
  }

  numbers(field: string): readonly number[] {
    return this.#items(field).map(Number);
  }

  optionalDuration(field: string): number | undefined {
    const value = this.#read(field)?.value;
    return value instanceof DurationValue ? value.ms : undefined;
  }

  duration(field: string, fallbackMs: number): number {
    return this.optionalDuration(field) ?? fallbackMs;
  }

  enum(field: string, fallback?: string): string {
    const value = this.#read(field)?.value;
    const type = this.#type(field).enum;
    if (typeof value === 'number') return type.nameOf(value) ?? String(value);
    return fallback ?? type.nameOf(0) ?? '';
  }

  enums(field: string): readonly string[] {
    const type = this.#type(field).enum;
    return this.#items(field).map((item) => type.nameOf(Number(item)) ?? String(item));
  }

  bytes(field: string): Uint8Array {
    const value = this.#read(field)?.value;
    return value instanceof Uint8Array ? value : new Uint8Array();
  }

  #items(field: string): readonly SingleValue[] {
    const value = this.#read(field)?.value;
    return Array.isArray(value) ? value : [];
  }

  #entries(field: string): ReadonlyMap<string, SingleValue> {
    const value = this.#read(field)?.value;
    return value instanceof Map ? value : new Map();
  }

  /** The node of a message, of an Any that of what is in it. */
  #node(value: MessageValue, key: string): MessageNode {
    return new MessageNode(value.inner ?? value, this.context, key);
  }

  message(field: string): MessageNode | undefined {
    const value = this.#read(field)?.value;
    return value instanceof MessageValue ? this.#node(value, '') : undefined;
  }

  list(field: string): readonly MessageNode[] {
    return this.#items(field)
      .filter(isMessage)
      .map((item) => this.#node(item, ''));
  }

  map(field: string): ReadonlyMap<string, MessageNode> {
    const nodes = new Map<string, MessageNode>();
    for (const [key, item] of this.#entries(field))
      if (isMessage(item)) nodes.set(key, this.#node(item, key));
    return nodes;
  }

  stringMap(field: string): ReadonlyMap<string, string> {
    const strings = new Map<string, string>();
    for (const [key, item] of this.#entries(field)) if (typeof item === 'string') strings.set(key, item);
    return strings;
  }

  struct(field: string): Plain {
    const value = this.#read(field)?.value;
    if (Array.isArray(value))
      return value.map((item) => (item instanceof StructValue ? item.plain : undefined));
    if (value instanceof Map) {
      return Object.fromEntries(
        [...value].map(([key, item]) => [key, item instanceof StructValue ? item.plain : undefined]),
      );
    }
    return value instanceof StructValue ? value.plain : undefined;
  }

  fraction(field: string, fallback: FractionConfig): FractionConfig {
    const node = this.message(field);
    return node === undefined ? fallback : readFraction(node, fallback);
  }

  extension(kind: ExtensionKind, field: string): ExtensionConfig | undefined {
    const value = this.#read(field)?.value;
    if (!(value instanceof MessageValue)) return undefined;
    return readExtension(new MessageNode(value, this.context), kind);
  }

  extensions(kind: ExtensionKind, field: string): readonly ExtensionConfig[] {
    const found: ExtensionConfig[] = [];
    for (const item of this.#items(field)) {
      const config = isMessage(item) ? readExtension(new MessageNode(item, this.context), kind) : undefined;
      if (config !== undefined) found.push(config);
    }
    return found;
  }

  asExtension(kind: ExtensionKind): ExtensionConfig | undefined {
    return readExtension(this, kind);
  }

  routeConfigs(field: string): ReadonlyMap<string, RouteFilterConfig> {
    const configs = new Map<string, RouteFilterConfig>();
    for (const [key, item] of this.#entries(field)) {
      const config = isMessage(item) ? readRouteConfigs(new MessageNode(item, this.context, key)) : undefined;
      if (config !== undefined) configs.set(key, config);
    }
    return configs;
  }

  dataSource(field: string): string | undefined {
    const node = this.message(field);
    return node === undefined ? undefined : readDataSource(node);
  }

  dataBytes(field: string): Uint8Array | undefined {
    const node = this.message(field);
    return node === undefined ? undefined : readDataBytes(node);
  }

  fileBytes(field: string): Uint8Array | undefined {
    const path = this.string(field);
    return path === '' ? undefined : readFile(this, path, field);
  }

  logPath(field: string): string {
    return readLogPath(this, field);
  }

  ownBytes(): Uint8Array | undefined {
    return readDataBytes(this);
  }

  #mark(field: string, verdict: FieldValue['verdict'], reason: string): void {
    this.#type(field);
    const present = this.value.fields.get(field);
    if (present === undefined) return;
    present.verdict = verdict;
    present.reason = reason;
  }

  noEffect(field: string, why: string): void {
    this.#mark(field, 'no-effect', why);
  }

  unsupported(field: string, why = ''): void {
    this.#mark(field, 'unsupported', why);
  }

  unsupportedValue(field: string, value: string, why = ''): void {
    const present = this.value.fields.get(field);
    const type = this.#type(field);
    if (present === undefined) return;
    const own =
      typeof present.value === 'number' && type.kind === 'enum'
        ? type.enum.nameOf(present.value)
        : present.value;
    if (typeof own === 'string' && own !== value) return;
    this.#mark(field, 'unsupported', why === '' ? `value ${value}` : `value ${value}: ${why}`);
  }

  honourAll(): void {
    this.value.whole = 'honoured';
  }

  readonly needs = {
    secret: (reference: SecretReference): void => {
      const { secrets } = this.context.needs;
      if (!secrets.has(reference.key)) secrets.set(reference.key, { ...reference, origin: this.origin });
    },
    cluster: (name: string, field: string): void => {
      this.context.needs.clusters.push({ name, origin: this.originOf(field) });
    },
  };

  error(text: string, field?: string): void {
    this.#tell(this.context.problems.errors, text, field);
  }

  warn(text: string, field?: string): void {
    this.#tell(this.context.problems.warnings, text, field);
  }

  /** A problem that a flag may turn into a warning: valid, and not done here. */
  notSupported(text: string, field?: string): void {
    this.#tell(this.context.problems.unsupported, text, field);
  }

  #tell(list: ReadContext['problems']['errors'], text: string, field: string | undefined): void {
    const present = field === undefined ? undefined : this.value.fields.get(field);
    const source = present?.source ?? this.value.source;
    const path = field === undefined ? this.value.path() : this.value.pathOf(field);
    list.push(source.problem(present?.at ?? this.value.at, path, text));
  }
}
