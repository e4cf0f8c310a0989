import type { ConfigNode } from '../../../../api/config-node.js';
import { parseRegex } from '../../../../match/string-matcher.js';

export type ValueConfig = {
  readonly namespace: string;
  readonly key: string;
  /** What is written instead of the header's value; empty for that value itself. */
  readonly value: string;
  readonly rewrite: { readonly pattern: string; readonly substitution: string } | null;
  readonly type: 'string' | 'number' | 'protobuf';
  readonly isBase64: boolean;
};

export type RuleConfig = {
  /** Lower case; empty when a cookie is looked for. */
  readonly header: string;
  readonly cookie: string;
  readonly onPresent: ValueConfig | null;
  readonly onMissing: ValueConfig | null;
  readonly removes: boolean;
};

/** `envoy.extensions.filters.http.header_to_metadata.v3.Config`, of the filter or of a route. */
export type HeaderToMetadataConfig = {
  readonly request: readonly RuleConfig[];
  readonly response: readonly RuleConfig[];
  /** Empty: nothing is counted. */
  readonly statPrefix: string;
};

export function parseHeaderToMetadata(node: ConfigNode): HeaderToMetadataConfig {
  return {
    request: node.list('request_rules').map(parseRule),
    response: node.list('response_rules').map(parseRule),
    statPrefix: node.string('stat_prefix'),
  };
}

export function parseHeaderToMetadataRoute(node: ConfigNode): HeaderToMetadataConfig {
  if (!node.has('request_rules') && !node.has('response_rules')) {
    node.error(
      'header_to_metadata_filter: Per filter configs must at least specify either request or response rules',
    );
  }
  return parseHeaderToMetadata(node);
}

function parseRule(node: ConfigNode): RuleConfig {
  const header = node.string('header').toLowerCase();
  const cookie = node.string('cookie');
  const present = node.message('on_header_present');
  const missing = node.message('on_header_missing');
  const removes = node.bool('remove');
  const name = header === '' ? cookie : header;
  if (header !== '' && cookie !== '') node.error('Cannot specify both header and cookie', 'cookie');
  if (name === '') node.error('One of Cookie or Header option needs to be specified');
  if (cookie !== '' && removes) node.error('Cannot specify remove for cookie', 'remove');
  if (present === undefined && missing === undefined) {
    node.error(
      `header to metadata filter: rule for ${name} has neither \`on_header_present\` nor \`on_header_missing\` set`,
    );
  }
  const onMissing = missing === undefined ? null : parseValue(missing);
  if (onMissing?.value === '') {
    missing?.error('Cannot specify on_header_missing rule with an empty value');
  }
  return {
    header,
    cookie,
    onPresent: present === undefined ? null : parseValue(present),
    onMissing,
    removes,
  };
}

const types: { readonly [name: string]: ValueConfig['type'] } = {
  STRING: 'string',
  NUMBER: 'number',
  PROTOBUF_VALUE: 'protobuf',
};

function parseValue(node: ConfigNode): ValueConfig {
  const value = node.string('value');
  const rewrite = node.message('regex_value_rewrite');
  if (value !== '' && rewrite !== undefined) {
    node.error('Cannot specify both value and regex_value_rewrite', 'regex_value_rewrite');
  }
  return {
    namespace: node.string('metadata_namespace') || 'envoy.filters.http.header_to_metadata',
    key: node.string('key'),
    value,
    rewrite:
      rewrite === undefined
        ? null
        : { pattern: parseRegex(rewrite, 'pattern'), substitution: rewrite.string('substitution') },
    type: types[node.enum('type')] ?? 'string',
    isBase64: node.enum('encode') === 'BASE64',
  };
}
