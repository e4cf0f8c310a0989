import type { FractionConfig } from '../api/config-node.js';
import type { RuntimeView } from '../api/runtime.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';
import type { LayeredRuntimeConfig } from './layers.js';

const denominators: { readonly [name: string]: number } = {
  HUNDRED: 100,
  TEN_THOUSAND: 10_000,
  MILLION: 1_000_000,
};

/** One key's value in every form it is asked for. */
interface Entry {
  readonly text: string;
  /** NaN when it is no number. */
  readonly number: number;
  readonly bool: boolean | undefined;
  readonly fraction: { readonly numerator: number; readonly denominator: number } | undefined;
}

function entryOf(value: Plain): Entry {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  const trimmed = text.trim();
  const number = trimmed === '' || typeof value === 'boolean' ? Number.NaN : Number(trimmed);
  const lower = trimmed.toLowerCase();
  const bool = lower === 'true' ? true : lower === 'false' ? false : undefined;
  return { text, number, bool, fraction: fractionOf(value, number) };
}

/** A fraction as the text that files and operators write, in YAML or JSON. */
function fractionOfText(text: string): Entry['fraction'] {
  const numerator = /\bnumerator["']?\s*:\s*(\d{1,10})\b/.exec(text)?.[1];
  if (numerator === undefined) return undefined;
  const denominator = /\bdenominator["']?\s*:\s*["']?([A-Z_]+)/.exec(text)?.[1] ?? 'HUNDRED';
  return { numerator: Number(numerator), denominator: denominators[denominator] ?? 100 };
}

function fractionOf(value: Plain, number: number): Entry['fraction'] {
  if (typeof value === 'string' && Number.isNaN(number)) return fractionOfText(value);
  if (!isPlainObject(value)) {
    return Number.isInteger(number) && number >= 0 ? { numerator: number, denominator: 100 } : undefined;
  }
  const { numerator, denominator } = value;
  return {
    numerator: Number(numerator ?? 0),
    denominator: denominators[typeof denominator === 'string' ? denominator : 'HUNDRED'] ?? 100,
  };
}

/** Whether a draw falls inside `numerator` of `denominator`. */
export function isSampled(numerator: number, denominator: number, draw: number): boolean {
  return numerator >= denominator || (numerator > 0 && draw % denominator < numerator);
}

/** The flattened layers at one moment; later layers win. Immutable: a change makes a new one. */
export class RuntimeSnapshot implements RuntimeView {
  readonly layers: LayeredRuntimeConfig['layers'];
  private readonly entries: ReadonlyMap<string, Entry>;

  constructor(config: LayeredRuntimeConfig) {
    const entries = new Map<string, Entry>();
    for (const layer of config.layers) {
      for (const [key, value] of Object.entries(layer.values)) entries.set(key, entryOf(value));
    }
    this.layers = config.layers;
    this.entries = entries;
  }

  get size(): number {
    return this.entries.size;
  }

  keys(): Iterable<string> {
    return this.entries.keys();
  }

  number(key: string, fallback: number): number {
    if (this.entries.size === 0) return fallback;
    const entry = this.entries.get(key);
    return entry !== undefined && entry.number >= 0 && Number.isInteger(entry.number)
      ? entry.number
      : fallback;
  }

  double(key: string, fallback: number): number {
    const entry = this.entries.get(key);
    return entry === undefined || Number.isNaN(entry.number) ? fallback : entry.number;
  }

  bool(key: string, fallback: boolean): boolean {
    return this.entries.get(key)?.bool ?? fallback;
  }

  string(key: string): string | undefined {
    return this.entries.get(key)?.text;
  }

  sampled(fraction: FractionConfig, draw: number): boolean {
    const override = fraction.runtimeKey === '' ? undefined : this.entries.get(fraction.runtimeKey)?.fraction;
    const { numerator, denominator } = override ?? fraction;
    return isSampled(numerator, denominator, draw);
  }

  /** The same with values put over the admin layer, empty ones taken out of it; null when there is none. */
  withAdminOverrides(changes: ReadonlyMap<string, string>): RuntimeSnapshot | null {
    const admin = this.layers.find((layer) => layer.kind === 'admin');
    if (admin === undefined) return null;
    const values: { [key: string]: Plain } = { ...admin.values };
    for (const [key, value] of changes) {
      if (value === '') delete values[key];
      else values[key] = value;
    }
    const layers = this.layers.map((layer) => (layer === admin ? { ...admin, values } : layer));
    return new RuntimeSnapshot({ layers });
  }
}
