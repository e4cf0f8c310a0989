import { addressOperators } from './address-operators.js';
import type { Command } from './command.js';
import { datalessOperators } from './dataless-operators.js';
import type { Field, Operator } from './field.js';
import { headerOperators, requestWithoutQuery } from './header-operators.js';
import { metadataOperators } from './metadata-operators.js';
import { outcomeOperators } from './outcome-operators.js';
import { processOperators } from './process-operators.js';
import { routingOperators } from './routing-operators.js';
import { timeOperators } from './time-operators.js';
import { tlsOperators } from './tls-operators.js';
import { wireOperators } from './wire-operators.js';

const builtIn = new Map<string, Operator>(
  [
    timeOperators,
    addressOperators,
    headerOperators,
    metadataOperators,
    outcomeOperators,
    routingOperators,
    processOperators,
    tlsOperators,
    wireOperators,
    datalessOperators,
  ].flatMap((table) => Object.entries(table)),
);

/** Operators that exist only where a formatter extension of that type is configured. */
const byExtension: { readonly [typeUrl: string]: readonly (readonly [string, Operator])[] } = {
  'envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery': [
    ['REQ_WITHOUT_QUERY', requestWithoutQuery],
  ],
  'envoy.extensions.formatter.metadata.v3.Metadata': [],
};

/** Resolves one command; a string is the problem. `formatters` are type URLs of formatter extensions. */
export function resolveCommand(command: Command, formatters: readonly string[]): Field | string {
  if (command.name === 'COALESCE') return coalesce(command, formatters);
  const operator = findOperator(command.name, formatters);
  if (operator === undefined) return `Not supported field in StreamInfo: ${command.name}`;
  return usageProblem(command, operator) ?? operator.make(command);
}

function findOperator(name: string, formatters: readonly string[]): Operator | undefined {
  for (const typeUrl of formatters) {
    const found = byExtension[typeUrl]?.find(([extra]) => extra === name);
    if (found !== undefined) return found[1];
  }
  return builtIn.get(name);
}

function usageProblem({ name, argument, limit }: Command, operator: Operator): string | undefined {
  if (operator.argument === 'bare' && ((argument ?? '') !== '' || limit !== undefined)) {
    return `${name} does not take any parameters or length`;
  }
  if (operator.argument === 'required' && (argument ?? '') === '') return `${name} requires parameters`;
  if (limit !== undefined && !operator.allowsLimit) return `${name} does not allow length to be specified.`;
  return undefined;
}

/** `%COALESCE({"operators": […]})%`: the first of several operators that has a value. */
function coalesce({ argument, limit }: Command, formatters: readonly string[]): Field | string {
  const commands = coalesceCommands(argument ?? '');
  if (typeof commands === 'string') return commands;
  const fields: Field[] = [];
  for (const command of commands) {
    const field = resolveCommand(command, formatters);
    if (typeof field === 'string') return field;
    fields.push(field);
  }
  return {
    text: (context) => {
      for (const field of fields) {
        const text = field.text(context);
        if (text !== undefined) return text.slice(0, limit);
      }
      return undefined;
    },
    value: (context) => {
      for (const field of fields) {
        const value = field.value(context) ?? null;
        if (value !== null) return typeof value === 'string' ? value.slice(0, limit) : value;
      }
      return null;
    },
  };
}

function coalesceCommands(argument: string): readonly Command[] | string {
  const parsed = parseJson(argument);
  const operators = isRecord(parsed) ? parsed['operators'] : undefined;
  if (!Array.isArray(operators) || operators.length === 0) {
    return 'COALESCE requires a JSON object with a non-empty list "operators"';
  }
  const commands: Command[] = [];
  for (const operator of operators) {
    if (typeof operator === 'string')
      commands.push({ name: operator, argument: undefined, limit: undefined });
    else if (isRecord(operator) && typeof operator['command'] === 'string')
      commands.push(commandFrom(operator));
    else return 'COALESCE: each operator is a name or an object with "command"';
  }
  return commands;
}

function commandFrom(operator: Record<string, unknown>): Command {
  const { command, param, max_length: limit } = operator;
  return {
    name: String(command),
    argument: typeof param === 'string' ? param : undefined,
    limit: typeof limit === 'number' ? limit : undefined,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
