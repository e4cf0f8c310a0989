import type { LogContext } from '../../../../api/stream-info.js';
import { compileFormat, type Format } from '../../../../format/text-format.js';
import type { QueryMutationStep } from './config.js';

/** Answers the path with its query changed. */
export type QueryMutation = (path: string, context: LogContext) => string;

/** A parameter as it stands in the path, never decoded: printing it again could make two of one; values that are added are encoded, keys go in as they are. */
interface Parameter {
  readonly key: string;
  value: string;
}

type Step = (parameters: Parameter[], context: LogContext) => Parameter[];

export function buildQueryMutation(steps: readonly QueryMutationStep[]): QueryMutation {
  const built = steps.map(buildStep);
  return (path, context) => {
    const mark = path.indexOf('?');
    let parameters = mark < 0 ? [] : parse(path.slice(mark + 1));
    for (const step of built) parameters = step(parameters, context);
    const bare = mark < 0 ? path : path.slice(0, mark);
    if (parameters.length === 0) return bare;
    // Envoy keeps them by key, and prints them in that order.
    const sorted = parameters.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    return `${bare}?${sorted.map(print).join('&')}`;
  };
}

function buildStep(step: QueryMutationStep): Step {
  const { key } = step;
  if (step.kind === 'remove') return (parameters) => parameters.filter((it) => it.key !== key);
  const format: Format = compileFormat(step.value, { omitEmptyValues: true });
  return (parameters, context) => {
    const found = parameters.findIndex((it) => it.key === key);
    if (step.action === 'add-if-absent' && found >= 0) return parameters;
    if (step.action === 'overwrite-if-exists' && found < 0) return parameters;
    const value = encodeValue(format(context));
    if (step.action === 'append' || found < 0) return [...parameters, { key, value }];
    // Overwriting keeps the place of the first and drops the others.
    return parameters
      .filter((it, i) => it.key !== key || i === found)
      .map((it) => (it.key === key ? { key, value } : it));
  };
}

function parse(query: string): Parameter[] {
  if (query === '') return [];
  return query.split('&').map((part) => {
    const equals = part.indexOf('=');
    return equals < 0
      ? { key: part, value: '' }
      : { key: part.slice(0, equals), value: part.slice(equals + 1) };
  });
}

/** As Envoy does: letters, digits and `-_.*` stay (application/x-www-form-urlencoded), a space is `%20`. */
function encodeValue(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function print({ key, value }: Parameter): string {
  return `${key}=${value}`;
}
