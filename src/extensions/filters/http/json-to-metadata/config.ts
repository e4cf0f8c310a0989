import type { ConfigNode } from '../../../../api/config-node.js';
import type { Plain } from '../../../../base/plain.js';
import { parseRegex } from '../../../../match/string-matcher.js';

export type JsonValueConfig = {
  readonly namespace: string;
  readonly key: string;
  /** Undefined: what the body says. */
  readonly value: Plain;
  readonly hasValue: boolean;
  readonly type: 'string' | 'number' | 'protobuf';
  readonly keepsExisting: boolean;
};

export type JsonRuleConfig = {
  readonly path: readonly string[];
  readonly onPresent: JsonValueConfig | null;
  readonly onMissing: JsonValueConfig | null;
  readonly onError: JsonValueConfig | null;
};

export type JsonRulesConfig = {
  readonly rules: readonly JsonRuleConfig[];
  readonly contentTypes: readonly string[];
  readonly allowsNoContentType: boolean;
  /** Empty for none. */
  readonly contentTypeRegex: string;
};

/** `envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata`, of the filter or of a route. */
export type JsonToMetadataConfig = {
  readonly request: JsonRulesConfig | null;
  readonly response: JsonRulesConfig | null;
};

export function parseJsonToMetadata(node: ConfigNode): JsonToMetadataConfig {
  const request = node.message('request_rules');
  const response = node.message('response_rules');
  if (request === undefined && response === undefined) {
    node.error(
      'json_to_metadata_filter: Per filter configs must at least specify either request or response rules',
    );
  }
  return {
    request: request === undefined ? null : parseRules(request),
    response: response === undefined ? null : parseRules(response),
  };
}

function parseRules(node: ConfigNode): JsonRulesConfig {
  const types = node.strings('allow_content_types');
  const hasRegex = node.has('allow_content_types_regex');
  return {
    rules: node.list('rules').map(parseRule),
    contentTypes: types.length === 0 && !hasRegex ? ['application/json'] : types,
    allowsNoContentType: node.bool('allow_empty_content_type'),
    contentTypeRegex: hasRegex ? parseRegex(node, 'allow_content_types_regex') : '',
  };
}

function parseRule(node: ConfigNode): JsonRuleConfig {
  const value = (field: string): JsonValueConfig | null => {
    const target = node.message(field);
    return target === undefined ? null : parseValue(target);
  };
  const rule: JsonRuleConfig = {
    path: node.list('selectors').map((selector) => selector.string('key')),
    onPresent: value('on_present'),
    onMissing: value('on_missing'),
    onError: value('on_error'),
  };
  if (rule.onPresent === null && rule.onMissing === null) {
    node.error('json to metadata filter: neither `on_present` nor `on_missing` set');
  }
  if (rule.onMissing?.hasValue === false) {
    node.error('json to metadata filter: cannot specify on_missing rule with empty value', 'on_missing');
  }
  if (rule.onError?.hasValue === false) {
    node.error('json to metadata filter: cannot specify on_error rule with empty value', 'on_error');
  }
  return rule;
}

const types: { readonly [name: string]: JsonValueConfig['type'] } = {
  PROTOBUF_VALUE: 'protobuf',
  STRING: 'string',
  NUMBER: 'number',
};

function parseValue(node: ConfigNode): JsonValueConfig {
  return {
    namespace: node.string('metadata_namespace') || 'envoy.filters.http.json_to_metadata',
    key: node.string('key'),
    value: node.struct('value'),
    hasValue: node.has('value'),
    type: types[node.enum('type')] ?? 'protobuf',
    keepsExisting: node.bool('preserve_existing_metadata_value'),
  };
}
