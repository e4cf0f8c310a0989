import type {
  ConfigNode,
  ExtensionConfig,
  FractionConfig,
  Origin,
  RouteFilterConfig,
} from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
import { isPlainObject } from '../../base/plain-path.js';
import { didYouMean } from '../nearest.js';
import { readLogPath } from './log-path.js';

/** Where a struct's problems go: those of the message that it stands in. */
export interface StructTeller {
  readonly origin: Origin;
  error(text: string): void;
  warn(text: string): void;
  readonly needs: ConfigNode['needs'];
}

type PlainObject = { readonly [key: string]: Plain };

const durationPattern = /^(\d+(?:\.\d{1,9})?)s$/;

/**
 * The cursor over a `TypedStruct` of a type that no descriptor knows: a user's own. Fields have the types that they
 * are asked for with; what nobody asked for is a mistake, told by `finish`.
 */
export class StructNode implements ConfigNode {
  readonly typeName: string;
  private readonly object: PlainObject;
  private readonly teller: StructTeller;
  private readonly path: string;
  private readonly asked: Set<string>;
  private readonly children: StructNode[];
  private isWhole: boolean;

  constructor(typeName: string, object: PlainObject, teller: StructTeller, path = '') {
    this.typeName = typeName;
    this.object = object;
    this.teller = teller;
    this.path = path;
    this.asked = new Set();
    this.children = [];
    this.isWhole = false;
  }

  get origin(): Origin {
    const { origin } = this.teller;
    return this.path === '' ? origin : { ...origin, path: `${origin.path}.value.${this.path}` };
  }

  /** Tells of every field that was not read. */
  finish(): void {
    if (this.isWhole) return;
    for (const field of Object.keys(this.object)) {
      if (!this.asked.has(field)) {
        this.error(`unknown field "${field}" of ${this.typeName}${didYouMean(field, [...this.asked])}`);
      }
    }
    for (const child of this.children) child.finish();
  }

  has(field: string): boolean {
    this.asked.add(field);
    return this.object[field] !== undefined && this.object[field] !== null;
  }

  oneof(): undefined {
    return undefined;
  }

  originOf(field: string): Origin {
    const { origin } = this;
    return { ...origin, path: `${origin.path}.${field}` };
  }

  optionalString(field: string): string | undefined {
    return this.typed(field, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  string(field: string, fallback = ''): string {
    return this.optionalString(field) ?? fallback;
  }

  strings(field: string): readonly string[] {
    return this.items(field, 'strings', (value) => (typeof value === 'string' ? value : undefined));
  }

  optionalBool(field: string): boolean | undefined {
    return this.typed(field, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  bool(field: string, fallback = false): boolean {
    return this.optionalBool(field) ?? fallback;
  }

  optionalNumber(field: string): number | undefined {
    return this.typed(field, 'a number', numberOf);
  }

  number(field: string, fallback = 0): number {
    return this.optionalNumber(field) ?? fallback;
  }

  numbers(field: string): readonly number[] {
    return this.items(field, 'numbers', numberOf);
  }

  optionalDuration(field: string): number | undefined {
    return this.typed(field, 'a duration such as "0.25s"', (value) => {
      const match = typeof value === 'string' ? durationPattern.exec(value) : null;
      return match === null ? undefined : Number(match[1]) * 1000;
    });
  }

  duration(field: string, fallbackMs: number): number {
    return this.optionalDuration(field) ?? fallbackMs;
  }

  enum(field: string, fallback = ''): string {
    return this.optionalString(field) ?? fallback;
  }

  enums(field: string): readonly string[] {
    return this.strings(field);
  }

  bytes(field: string): Uint8Array {
    return Buffer.from(this.string(field), 'base64');
  }

  message(field: string): ConfigNode | undefined {
    const object = this.typed(field, 'an object', objectOf);
    return object === undefined ? undefined : this.child(object, field);
  }

  list(field: string): readonly ConfigNode[] {
    return this.items(field, 'objects', objectOf).map((object, i) => this.child(object, `${field}[${i}]`));
  }

  map(field: string): ReadonlyMap<string, ConfigNode> {
    const nodes = new Map<string, ConfigNode>();
    for (const [key, value] of Object.entries(this.typed(field, 'an object', objectOf) ?? {})) {
      if (isPlainObject(value)) nodes.set(key, this.child(value, `${field}["${key}"]`));
      else this.error(`expected an object under "${key}"`, field);
    }
    return nodes;
  }

  stringMap(field: string): ReadonlyMap<string, string> {
    const strings = new Map<string, string>();
    for (const [key, value] of Object.entries(this.typed(field, 'an object', objectOf) ?? {})) {
      if (typeof value === 'string') strings.set(key, value);
      else this.error(`expected a string under "${key}"`, field);
    }
    return strings;
  }

  struct(field: string): Plain {
    this.asked.add(field);
    return this.object[field];
  }

  fraction(field: string, fallback: FractionConfig): FractionConfig {
    const percent = this.optionalNumber(field);
    if (percent === undefined) return fallback;
    return { numerator: Math.round(percent * 10_000), denominator: 1_000_000, runtimeKey: '' };
  }

  extension(_kind: string, field: string): ExtensionConfig | undefined {
    if (this.has(field)) this.error('extensions cannot stand in a TypedStruct', field);
    return undefined;
  }

  extensions(kind: string, field: string): readonly ExtensionConfig[] {
    this.extension(kind, field);
    return [];
  }

  asExtension(): undefined {
    this.error('extensions cannot stand in a TypedStruct');
    return undefined;
  }

  routeConfigs(field: string): ReadonlyMap<string, RouteFilterConfig> {
    this.extension('http.filter', field);
    return new Map();
  }

  dataSource(field: string): string | undefined {
    return this.message(field)?.optionalString('inline_string');
  }

  dataBytes(field: string): Uint8Array | undefined {
    return this.message(field)?.ownBytes();
  }

  fileBytes(field: string): undefined {
    this.error('files cannot be named in a TypedStruct', field);
    return undefined;
  }

  logPath(field: string): string {
    return readLogPath(this, field);
  }

  ownBytes(): Uint8Array | undefined {
    const text = this.optionalString('inline_string');
    return text === undefined ? undefined : Buffer.from(text);
  }

  noEffect(field: string, why: string): void {
    if (this.has(field)) this.warn(`has no effect: ${why}`, field);
  }

  unsupported(field: string, why = ''): void {
    if (this.has(field)) this.error(why === '' ? 'is not supported' : `is not supported: ${why}`, field);
  }

  unsupportedValue(field: string, value: string, why = ''): void {
    if (this.object[field] === value) this.unsupported(field, `value ${value} ${why}`.trim());
    this.asked.add(field);
  }

  honourAll(): void {
    this.isWhole = true;
  }

  get needs(): ConfigNode['needs'] {
    return this.teller.needs;
  }

  error(text: string, field?: string): void {
    this.teller.error(this.placed(text, field));
  }

  warn(text: string, field?: string): void {
    this.teller.warn(this.placed(text, field));
  }

  private placed(text: string, field: string | undefined): string {
    const place = [this.path, field ?? ''].filter((part) => part !== '').join('.');
    return place === '' ? text : `value.${place}: ${text}`;
  }

  private child(object: PlainObject, step: string): StructNode {
    const path = this.path === '' ? step : `${this.path}.${step}`;
    const node = new StructNode(this.typeName, object, this.teller, path);
    this.children.push(node);
    return node;
  }

  private typed<T>(field: string, expected: string, read: (value: Plain) => T | undefined): T | undefined {
    this.asked.add(field);
    const value = this.object[field];
    if (value === undefined || value === null) return undefined;
    const found = read(value);
    if (found === undefined) this.error(`expected ${expected}, found ${JSON.stringify(value)}`, field);
    return found;
  }

  private items<T>(field: string, expected: string, read: (value: Plain) => T | undefined): readonly T[] {
    const list =
      this.typed(field, `a list of ${expected}`, (value) => (isList(value) ? value : undefined)) ?? [];
    const found: T[] = [];
    for (const value of list) {
      const item = read(value);
      if (item === undefined)
        this.error(`expected a list of ${expected}, found ${JSON.stringify(value)} in it`, field);
      else found.push(item);
    }
    return found;
  }
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function numberOf(value: Plain): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function objectOf(value: Plain): PlainObject | undefined {
  return isPlainObject(value) ? value : undefined;
}
