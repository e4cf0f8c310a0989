import type { ConfigNode } from '../../../../api/config-node.js';
import { formatProblem } from '../../../../format/text-format.js';
import type { HeaderAdditionConfig, HeaderMutationStep } from '../../../../route/config-types.js';
import { parseHeaderStep } from '../../../../route/header-steps.js';

export type QueryMutationStep =
  | {
      readonly kind: 'add';
      readonly key: string;
      /** A format. */
      readonly value: string;
      readonly action: HeaderAdditionConfig['action'];
    }
  | { readonly kind: 'remove'; readonly key: string };

/** `Mutations`: steps of each kind, in the order in which they run. */
export type MutationsConfig = {
  readonly request: readonly HeaderMutationStep[];
  readonly query: readonly QueryMutationStep[];
  readonly response: readonly HeaderMutationStep[];
  readonly requestTrailers: readonly HeaderMutationStep[];
  readonly responseTrailers: readonly HeaderMutationStep[];
};

/** `envoy.extensions.filters.http.header_mutation.v3.HeaderMutation`. */
export type HeaderMutationConfig = {
  readonly mutations: MutationsConfig;
  readonly mostSpecificWins: boolean;
};

export function parseHeaderMutation(node: ConfigNode): HeaderMutationConfig {
  return {
    mutations: parseMutations(node.message('mutations')),
    mostSpecificWins: node.bool('most_specific_header_mutations_wins'),
  };
}

/** `HeaderMutationPerRoute`. */
export function parseHeaderMutationPerRoute(node: ConfigNode): MutationsConfig {
  return parseMutations(node.message('mutations'));
}

/** What that of metadata adds is built in. */
const metadataFormatter = 'envoy.extensions.formatter.metadata.v3.Metadata';

function noteFormatters(node: ConfigNode): void {
  for (const { name, typeUrl } of node.extensions('formatter', 'formatters'))
    if (typeUrl !== metadataFormatter)
      node.unsupportedValue('formatters', name, 'its commands are not known to this filter');
}

function parseMutations(node: ConfigNode | undefined): MutationsConfig {
  if (node !== undefined) noteFormatters(node);
  const steps = (field: string): readonly HeaderMutationStep[] =>
    node?.list(field).map(parseHeaderStep) ?? [];
  return {
    request: steps('request_mutations'),
    query: node?.list('query_parameter_mutations').map(parseQueryStep) ?? [],
    response: steps('response_mutations'),
    requestTrailers: steps('request_trailers_mutations'),
    responseTrailers: steps('response_trailers_mutations'),
  };
}

const actions: { readonly [name: string]: HeaderAdditionConfig['action'] } = {
  APPEND_IF_EXISTS_OR_ADD: 'append',
  ADD_IF_ABSENT: 'add-if-absent',
  OVERWRITE_IF_EXISTS_OR_ADD: 'overwrite-or-add',
  OVERWRITE_IF_EXISTS: 'overwrite-if-exists',
};

function parseQueryStep(node: ConfigNode): QueryMutationStep {
  const append = node.message('append');
  const key = node.string('remove');
  if (append === undefined && key === '') node.error("One of 'append'/'remove' must be specified.");
  if (append === undefined) return { kind: 'remove', key };
  const action = actions[append.enum('action')] ?? 'append';
  const record = append.message('record');
  if (record === undefined) {
    node.error('only record is supported as the entry of a query parameter mutation', 'append');
    return { kind: 'remove', key: '' };
  }
  const plain = record.struct('value');
  const value = typeof plain === 'string' ? plain : '';
  if (typeof plain !== 'string') record.error('a query parameter needs a value that is a string', 'value');
  const problem = formatProblem(value);
  if (problem !== undefined) record.error(problem, 'value');
  return { kind: 'add', key: record.string('key'), value, action };
}
