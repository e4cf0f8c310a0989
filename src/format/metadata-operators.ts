import type { LogContext } from '../api/stream-info.js';
import type { Plain } from '../base/plain.js';
import { plainAt } from '../base/plain-path.js';
import { jsonByteText, plainByteText } from './byte-text.js';
import {
  type Field,
  limited,
  type Operator,
  type OperatorTable,
  withArgument,
  withArgumentAlone,
} from './field.js';

type MetadataOf = (context: LogContext, namespace: string) => Plain;

const inStructure = (metadata: Plain, namespace: string): Plain => plainAt(metadata, [namespace]);
/** Clusters and hosts carry the whole message `core.v3.Metadata`. */
const inMessage = (metadata: Plain, namespace: string): Plain =>
  plainAt(metadata, ['filter_metadata', namespace]);

/** Sources of `%METADATA(TYPE:…)%`. */
const sources = {
  DYNAMIC: ({ info }, namespace) => info.dynamicMetadata?.get(namespace),
  CLUSTER: ({ info }, namespace) => inMessage(info.clusterMetadata, namespace),
  ROUTE: ({ info }, namespace) => inStructure(info.routeMetadata, namespace),
  UPSTREAM_HOST: ({ info }, namespace) => inMessage(info.upstreamHost?.metadata ?? null, namespace),
  LISTENER: ({ info }, namespace) => inStructure(info.connection.listenerMetadata, namespace),
  LISTENER_FILTER_CHAIN: ({ info }, namespace) => inStructure(info.connection.filterChainMetadata, namespace),
  VIRTUAL_HOST: ({ info }, namespace) => inStructure(info.virtualHostMetadata, namespace),
} satisfies { readonly [type: string]: MetadataOf };
const sourceOf: { readonly [type: string]: MetadataOf | undefined } = sources;

/** `NS:KEY:KEY`, or the JSON list that old header formats have. */
function pathOf(argument: string): readonly string[] {
  if (!argument.startsWith('[')) return argument.split(':');
  try {
    const parsed: unknown = JSON.parse(argument);
    return Array.isArray(parsed) ? parsed.map(String) : [argument];
  } catch {
    return [argument];
  }
}

function metadataField(source: MetadataOf, path: readonly string[], limit: number | undefined): Field {
  const [namespace = '', ...keys] = path;
  const find = (context: LogContext): Plain => plainAt(source(context, namespace), keys);
  return {
    text: limited((context) => plainByteText(find(context)), limit),
    value: (context) => find(context) ?? null,
  };
}

/** Of the three old operators only that of dynamic metadata takes a limit. */
function fromSource(type: 'DYNAMIC' | 'CLUSTER' | 'UPSTREAM_HOST'): Operator {
  const source = sources[type];
  const make = (argument: string, limit?: number): Field => metadataField(source, pathOf(argument), limit);
  return type === 'DYNAMIC' ? withArgument('required', make) : withArgumentAlone('required', make);
}

/** `%METADATA%`, built in and also what the formatter extension `metadata` asks for. */
const anyMetadata = withArgument('required', (argument, limit) => {
  const colon = argument.indexOf(':');
  const type = colon < 0 ? argument : argument.slice(0, colon);
  const source = Object.hasOwn(sourceOf, type) ? sourceOf[type] : undefined;
  if (source === undefined) return `${type} is not supported type of metadata`;
  return metadataField(source, pathOf(colon < 0 ? '' : argument.slice(colon + 1)), limit);
});

function filterStateField(argument: string, limit: number | undefined): Field | string {
  const [key = '', kind = 'TYPED', field = '', ...more] = argument.split(':');
  if (more.length > 0) return 'Invalid filter state configuration.';
  if (kind !== 'PLAIN' && kind !== 'TYPED' && kind !== 'FIELD') {
    return 'Invalid filter state serialize type, only support PLAIN/TYPED/FIELD.';
  }
  const find = (context: LogContext): Plain => {
    const state = context.info.filterState?.get(key);
    if (kind === 'PLAIN' && hasPlainText(state)) return state.plainText();
    if (kind === 'FIELD' && hasFields(state)) return state.fieldOf(field);
    const value = toPlain(state);
    return kind === 'FIELD' ? plainAt(value, [field]) : value;
  };
  const text = (value: Plain): string | undefined => {
    if (value === undefined || value === null) return undefined;
    return kind === 'TYPED' ? jsonByteText(value) : plainByteText(value);
  };
  return {
    text: limited((context) => text(find(context)), limit),
    value: (context) => find(context) ?? null,
  };
}

/** Objects of filter state may say how they are printed plainly. */
function hasPlainText(state: unknown): state is { plainText(): string } {
  return (
    typeof state === 'object' &&
    state !== null &&
    'plainText' in state &&
    typeof state.plainText === 'function'
  );
}

/** And what fields they have, where they are not printed as a whole. */
function hasFields(state: unknown): state is { fieldOf(name: string): Plain } {
  return (
    typeof state === 'object' && state !== null && 'fieldOf' in state && typeof state.fieldOf === 'function'
  );
}

/** Filter state holds whatever filters put there; what JSON can say of it is printed. */
function toPlain(value: unknown): Plain {
  if (value === undefined || value === null || typeof value === 'function' || typeof value === 'symbol')
    return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) return undefined;
  const parsed: Plain = JSON.parse(text);
  return parsed;
}

const filterState = withArgument('required', filterStateField);

export const metadataOperators: OperatorTable = {
  DYNAMIC_METADATA: fromSource('DYNAMIC'),
  CLUSTER_METADATA: fromSource('CLUSTER'),
  UPSTREAM_METADATA: fromSource('UPSTREAM_HOST'),
  METADATA: anyMetadata,
  FILTER_STATE: filterState,
  UPSTREAM_FILTER_STATE: withArgument('required', (argument, limit) => {
    const checked = filterStateField(argument, limit);
    return typeof checked === 'string' ? checked : { text: () => undefined, value: () => null };
  }),
};
