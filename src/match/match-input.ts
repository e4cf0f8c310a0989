import type { ConfigNode } from '../api/config-node.js';
import type { StreamInfo } from '../api/stream-info.js';
import type { RequestHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import { plainAt } from '../base/plain-path.js';
import { queryParameter } from './query-matcher.js';

/** What a matcher tree looks at; as it crosses threads. */
export type MatchInputConfig =
  | { readonly kind: 'header' | 'query' | 'filter-state'; readonly name: string }
  | { readonly kind: 'metadata'; readonly namespace: string; readonly path: readonly string[] }
  | {
      readonly kind:
        | 'destination-ip'
        | 'destination-port'
        | 'source-ip'
        | 'source-port'
        | 'direct-source-ip'
        | 'server-name'
        | 'nothing';
    };

/** A request as inputs see it. */
export interface MatchedRequest {
  readonly headers: RequestHeaders;
  readonly info: StreamInfo;
}

/** The value that is compared; undefined when the request has none. */
export type MatchInput = (request: MatchedRequest) => Plain;

const network = 'envoy.extensions.matching.common_inputs.network.v3.';
const networkKinds = {
  DestinationIPInput: 'destination-ip',
  DestinationPortInput: 'destination-port',
  SourceIPInput: 'source-ip',
  SourcePortInput: 'source-port',
  DirectSourceIPInput: 'direct-source-ip',
  ServerNameInput: 'server-name',
} as const;

/** Reads the `TypedExtensionConfig` of an input in that field. */
export function parseMatchInput(node: ConfigNode, field: string): MatchInputConfig {
  const wrapper = node.message(field);
  wrapper?.string('name');
  const input = wrapper?.message('typed_config');
  if (wrapper === undefined || input === undefined) return { kind: 'nothing' };
  const { typeName } = input;
  if (typeName === 'envoy.type.matcher.v3.HttpRequestHeaderMatchInput')
    return { kind: 'header', name: input.string('header_name').toLowerCase() };
  if (typeName === 'envoy.type.matcher.v3.HttpRequestQueryParamMatchInput')
    return { kind: 'query', name: input.string('query_param') };
  if (typeName === `${network}FilterStateInput`) return { kind: 'filter-state', name: input.string('key') };
  if (typeName === `${network}DynamicMetadataInput`) {
    const path = input.list('path').map((segment) => segment.string('key'));
    return { kind: 'metadata', namespace: input.string('filter'), path };
  }
  for (const [name, kind] of Object.entries(networkKinds)) if (typeName === network + name) return { kind };
  wrapper.unsupportedValue('typed_config', typeName, 'no such input of a matcher');
  return { kind: 'nothing' };
}

export function buildMatchInput(config: MatchInputConfig): MatchInput {
  switch (config.kind) {
    case 'header':
      return ({ headers }) =>
        config.name.startsWith(':') ? headers.get(config.name) : headers.joined(config.name);
    case 'query':
      return ({ headers }) => decoded(queryParameter(headers.path, config.name));
    case 'filter-state':
      return ({ info }) => {
        const value = info.filterState?.get(config.name);
        return typeof value === 'string' ? value : undefined;
      };
    case 'metadata':
      return ({ info }) => plainAt(info.dynamicMetadata?.get(config.namespace), config.path);
    default:
      return addressInput(config.kind);
  }
}

function addressInput(
  kind: Exclude<MatchInputConfig['kind'], 'header' | 'query' | 'filter-state' | 'metadata'>,
): MatchInput {
  switch (kind) {
    case 'destination-ip':
      return ({ info }) => info.connection.localAddress.ip;
    case 'destination-port':
      return ({ info }) => String(info.connection.localAddress.port);
    case 'source-ip':
      return ({ info }) => info.remoteAddress.ip;
    case 'source-port':
      return ({ info }) => String(info.remoteAddress.port);
    case 'direct-source-ip':
      return ({ info }) => info.connection.directRemoteAddress.ip;
    case 'server-name':
      return ({ info }) => info.connection.requestedServerName || undefined;
    case 'nothing':
      return () => undefined;
  }
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined || !text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
