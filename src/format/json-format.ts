import type { LogContext } from '../api/stream-info.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';
import { jsonByteText, quoteByteText, toByteText } from './byte-text.js';
import type { Field } from './field.js';
import { type Format, type FormatOptions, joinParts, parseFormat } from './text-format.js';

/** What is wrong with the formats inside a JSON format, undefined when nothing is. */
export function jsonFormatProblem(json: Plain, formatters: readonly string[] = []): string | undefined {
  if (typeof json === 'string') {
    const parsed = parseFormat(json, formatters);
    return typeof parsed === 'string' ? parsed : undefined;
  }
  const children = Array.isArray(json) ? json : isPlainObject(json) ? Object.values(json) : [];
  for (const child of children) {
    const problem = jsonFormatProblem(child, formatters);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** How the leaves of a JSON format render. `strings` is the old `json_format` of file loggers: everything is text. */
export interface JsonFormatOptions extends FormatOptions {
  readonly strings?: boolean;
}

/** Compiles a JSON format into one object per line, keys sorted, without the line feed. */
export function compileJsonFormat(json: Plain, options: JsonFormatOptions = {}): Format {
  if (options.omitEmptyValues === true && options.strings !== true) {
    const render = leanValue(json, options);
    return (context) => render(context) ?? '{}';
  }
  const parts: (string | Field)[] = [];
  addValue(json, options, parts);
  return joinParts(parts, '');
}

/** A value that may turn out to be left out. */
type LeanValue = (context: LogContext) => string | undefined;

/** Without what is missing: null and objects that have become empty go, with their keys; lists stay. */
function leanValue(value: Plain, options: JsonFormatOptions): LeanValue {
  if (typeof value === 'string') return leanText(value, options);
  if (Array.isArray(value)) {
    const items = value.map((item: Plain) => leanValue(item, options));
    return (context) => `[${items.map((item) => item(context)).filter((it) => it !== undefined)}]`;
  }
  if (isPlainObject(value)) return leanObject(value, options);
  const text = value === null || value === undefined ? undefined : JSON.stringify(value);
  return () => text;
}

function leanObject(value: { readonly [key: string]: Plain }, options: JsonFormatOptions): LeanValue {
  const members = Object.keys(value)
    .sort()
    .map((key) => [`${quoteByteText(toByteText(key))}:`, leanValue(value[key], options)] as const);
  return (context) => {
    let text = '';
    for (const [key, render] of members) {
      const rendered = render(context);
      if (rendered !== undefined) text += `${text === '' ? '' : ','}${key}${rendered}`;
    }
    return text === '' ? undefined : `{${text}}`;
  };
}

function leanText(text: string, options: JsonFormatOptions): LeanValue {
  const parts: (string | Field)[] = [];
  addText(text, options, parts);
  const [only] = parts;
  if (only === undefined || typeof only === 'string') return () => only;
  return (context) => {
    const rendered = only.text(context);
    return rendered === 'null' ? undefined : rendered;
  };
}

/** Constant JSON text and fields whose text is already JSON. */
function addValue(value: Plain, options: JsonFormatOptions, parts: (string | Field)[]): void {
  if (typeof value === 'string') addText(value, options, parts);
  else if (Array.isArray(value)) addList(value, options, parts);
  else if (isPlainObject(value)) addObject(value, options, parts);
  else parts.push(JSON.stringify(value ?? null));
}

function addList(list: readonly Plain[], options: JsonFormatOptions, parts: (string | Field)[]): void {
  parts.push('[');
  for (const [i, item] of list.entries()) {
    if (i > 0) parts.push(',');
    addValue(item, options, parts);
  }
  parts.push(']');
}

function addObject(
  value: { readonly [key: string]: Plain },
  options: JsonFormatOptions,
  parts: (string | Field)[],
): void {
  parts.push('{');
  for (const [i, key] of Object.keys(value).sort().entries()) {
    parts.push(`${i > 0 ? ',' : ''}${quoteByteText(toByteText(key))}:`);
    addValue(value[key], options, parts);
  }
  parts.push('}');
}

function addText(text: string, options: JsonFormatOptions, parts: (string | Field)[]): void {
  const parsed = parseFormat(text, options.formatters);
  if (typeof parsed === 'string') throw new Error(parsed);
  const missing = options.omitEmptyValues === true ? '' : '-';
  const [only] = parsed;
  if (parsed.length === 1 && only !== undefined && typeof only !== 'string' && options.strings !== true) {
    parts.push(typedField(only));
    return;
  }
  const render = joinParts(parsed, missing);
  if (parsed.every((part) => typeof part === 'string')) parts.push(quoteByteText(parsed.join('')));
  else parts.push(jsonField((context) => quoteByteText(render(context))));
}

function typedField(field: Field): Field {
  return jsonField((context) => {
    const value = field.value(context);
    if (typeof value === 'string') return quoteByteText(value);
    return typeof value === 'number' ? String(value) : jsonByteText(value);
  });
}

function jsonField(text: (context: LogContext) => string): Field {
  return { text, value: text };
}
