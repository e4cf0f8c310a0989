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
  const parts: (string | Field)[] = [];
  addValue(json, options, parts);
  return joinParts(parts, '');
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
