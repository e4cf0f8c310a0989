import type { LogContext } from '../api/stream-info.js';
import { toByteText } from './byte-text.js';
import { splitFormat } from './command.js';
import type { Field, FieldText } from './field.js';
import { resolveCommand } from './operators.js';

/** A compiled format: renders one stream. The result is a byte text. */
export type Format = (context: LogContext) => string;

export interface FormatOptions {
  /** Missing values render as nothing instead of `-`. */
  readonly omitEmptyValues?: boolean;
  /** Type URLs of the formatter extensions that add operators. */
  readonly formatters?: readonly string[];
}

/** A format in literal texts and resolved operators; a string is the problem with it. */
export function parseFormat(
  format: string,
  formatters: readonly string[] = [],
): readonly (string | Field)[] | string {
  const parts = splitFormat(format);
  if (typeof parts === 'string') return parts;
  const resolved: (string | Field)[] = [];
  for (const part of parts) {
    if (typeof part === 'string') resolved.push(toByteText(part));
    else {
      const field = resolveCommand(part, formatters);
      if (typeof field === 'string') return field;
      resolved.push(field);
    }
  }
  return resolved;
}

/** What is wrong with a format, undefined when nothing is. */
export function formatProblem(format: string, formatters: readonly string[] = []): string | undefined {
  const parsed = parseFormat(format, formatters);
  return typeof parsed === 'string' ? parsed : undefined;
}

/** The text of a format that has no operators; undefined when it has some. */
export function constantFormat(format: string): string | undefined {
  const parts = splitFormat(format);
  if (typeof parts === 'string' || parts.length > 1) return undefined;
  const [only = ''] = parts;
  return typeof only === 'string' ? toByteText(only) : undefined;
}

/** Compiles a format that was checked when the configuration was read; throws for one that was not. */
export function compileFormat(format: string, options: FormatOptions = {}): Format {
  const parts = parseFormat(format, options.formatters);
  if (typeof parts === 'string') throw new Error(parts);
  return joinParts(parts, options.omitEmptyValues === true ? '' : '-');
}

/** One closure over two flat arrays (bench/micro/format): literal, field, literal, field, …, literal. */
export function joinParts(parts: readonly (string | Field)[], missing: string): Format {
  const literals: string[] = [''];
  const fields: FieldText[] = [];
  for (const part of parts) {
    if (typeof part === 'string') literals[fields.length] += part;
    else {
      fields.push(part.text);
      literals.push('');
    }
  }
  const [first = ''] = literals;
  const after = literals.slice(1);
  return (context) => {
    let line = first;
    for (let i = 0; i < fields.length; i++) {
      line += ((fields[i] as FieldText)(context) ?? missing) + (after[i] as string);
    }
    return line;
  };
}
