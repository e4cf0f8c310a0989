import type { ConfigNode } from '../../../../api/config-node.js';
import { type PassedTlvs, parsePassedTlvs } from '../../../../network/proxied-connection.js';

export type TlvRuleConfig = {
  readonly type: number;
  readonly namespace: string;
  readonly key: string;
  readonly isBase64: boolean;
};

/** `envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol`. */
export type ProxyProtocolConfig = {
  readonly statPrefix: string;
  /** What upstream connections may be told. */
  readonly passed: PassedTlvs;
  readonly rules: readonly TlvRuleConfig[];
  readonly toFilterState: boolean;
  readonly allowsAbsent: boolean;
  readonly disallowed: readonly (1 | 2)[];
};

const defaultNamespace = 'envoy.filters.listener.proxy_protocol';

export function parseProxyProtocol(node: ConfigNode): ProxyProtocolConfig {
  const disallowed = node.enums('disallowed_versions').map((version) => (version === 'V2' ? 2 : 1));
  if (disallowed.includes(1) && disallowed.includes(2)) {
    const text = 'Proxy Protocol filter is misconfigured: all proxy protocol versions are disallowed.';
    node.error(text, 'disallowed_versions');
  }
  return {
    passed: parsePassedTlvs(node, 'pass_through_tlvs'),
    statPrefix: node.string('stat_prefix'),
    rules: node.list('rules').flatMap(parseRule),
    toFilterState: node.enum('tlv_location', 'DYNAMIC_METADATA') === 'FILTER_STATE',
    allowsAbsent: node.bool('allow_requests_without_proxy_protocol'),
    disallowed,
  };
}

function parseRule(node: ConfigNode): TlvRuleConfig[] {
  const found = node.message('on_tlv_present');
  const type = node.number('tlv_type', 0);
  if (found === undefined) return [];
  return [
    {
      type,
      namespace: found.string('metadata_namespace') || defaultNamespace,
      key: found.string('key'),
      isBase64: found.enum('value_string_encoding', 'UNSPECIFIED') === 'BASE64',
    },
  ];
}
