import type { LogContext } from '../api/stream-info.js';
import type { Plain } from '../base/plain.js';
import type { Command } from './command.js';

/** Reads one operator's value; undefined when the stream has none. Texts are byte texts (see `byte-text.ts`). */
export type FieldText = (context: LogContext) => string | undefined;

/** An operator with its argument resolved. */
export interface Field {
  readonly text: FieldText;
  /** What JSON formats show when the operator stands alone: null when the stream has none. */
  readonly value: (context: LogContext) => Plain;
}

/** How an operator is used: `bare` takes neither argument nor limit. */
export interface Operator {
  readonly argument: 'bare' | 'optional' | 'required';
  readonly allowsLimit: boolean;
  /** Resolves the argument; a string is the problem with it. */
  make(command: Command): Field | string;
}

export type OperatorTable = { readonly [name: string]: Operator };

export function textField(text: FieldText): Field {
  return { text, value: (context) => text(context) ?? null };
}

/** A whole number; NaN stands for missing. */
export function numberField(number: (context: LogContext) => number): Field {
  return {
    text: (context) => {
      const value = number(context);
      return Number.isNaN(value) ? undefined : String(value);
    },
    value: (context) => {
      const value = number(context);
      return Number.isNaN(value) ? null : value;
    },
  };
}

/** Cuts the text of a field to the command's limit. */
export function limited(text: FieldText, limit: number | undefined): FieldText {
  if (limit === undefined) return text;
  return (context) => text(context)?.slice(0, limit);
}

/** An operator without argument. */
export function bare(field: Field): Operator {
  return { argument: 'bare', allowsLimit: false, make: () => field };
}

export function bareText(text: FieldText): Operator {
  return bare(textField(text));
}

export function bareNumber(number: (context: LogContext) => number): Operator {
  return bare(numberField(number));
}

/** An operator with an argument and without a limit. */
export function withArgumentAlone(
  argument: 'optional' | 'required',
  make: (argument: string) => Field | string,
): Operator {
  return { argument, allowsLimit: false, make: (command) => make(command.argument ?? '') };
}

/** An operator with an argument, whose text can be cut. */
export function withArgument(
  argument: 'optional' | 'required',
  make: (argument: string, limit: number | undefined) => Field | string,
): Operator {
  return { argument, allowsLimit: true, make: (command) => make(command.argument ?? '', command.limit) };
}
